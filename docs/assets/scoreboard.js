/* The scoreboard: one stop of the Tab key for each family, arrows between its claims, and in words what a mark says. */
"use strict"
{
  const told = document.querySelector(".lb-board-told")
  told.textContent = "\u00a0" // keeps its line, so that nothing moves
  for (const family of document.querySelectorAll(".lb-board-family")) {
    const marks = [...family.querySelectorAll("svg a")]
    const move = (to) => {
      for (const mark of marks) mark.setAttribute("tabindex", mark === to ? "0" : "-1")
    }
    move(marks[0])
    family.addEventListener("keydown", (event) => {
      const at = marks.indexOf(event.target)
      const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: marks.length - 1 }[event.key]
      if (at < 0 || next === undefined || !marks[next]) return
      event.preventDefault()
      move(marks[next])
      marks[next].focus()
    })
    for (const mark of marks) {
      const say = () => { told.textContent = mark.getAttribute("aria-label") }
      mark.addEventListener("pointerenter", say)
      mark.addEventListener("focus", say)
    }
  }
}
