/* Copy buttons and the width of formulas. Everything else on a page works without it. */
"use strict"

// --- copy ------------------------------------------------------------------
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-lb-copy]")
  if (!button) return
  try {
    await navigator.clipboard.writeText(button.dataset.lbCopy)
  } catch {
    // no permission, or a page that is not served securely: the old way
    const area = Object.assign(document.createElement("textarea"), { value: button.dataset.lbCopy })
    document.body.append(area)
    area.select()
    document.execCommand("copy")
    area.remove()
  }
  const label = button.dataset.lbLabel ?? (button.dataset.lbLabel = button.textContent)
  button.textContent = "copied"
  button.classList.add("lb-done")
  setTimeout(() => {
    button.textContent = label
    button.classList.remove("lb-done")
  }, 1200)
})

// The theme puts each copy button of code into a <nav> without a name: to a screen reader all the same landmark.
addEventListener("load", () =>
  document.querySelectorAll(".md-code__nav").forEach((nav, i) => nav.setAttribute("aria-label", `Code block ${i + 1}`)),
)

// --- formulas ----------------------------------------------------------------
// One that is a little too wide for the window is set smaller, so that it is seen whole; a much wider one scrolls.
function fit() {
  for (const box of document.querySelectorAll(".lb-formula")) {
    box.style.fontSize = ""
    const share = box.clientWidth / box.scrollWidth
    if (share < 1) box.style.fontSize = `${Math.max(share * 0.99, 0.6)}em`
  }
}
document.fonts.ready.then(fit)
addEventListener("resize", fit)
