/* A law page: an anchor opens the details that it stands in, and a printed page has all of them open. */
"use strict"

function reveal(scroll) {
  const name = decodeURIComponent(location.hash.slice(1))
  const target = name && document.getElementById(name)
  if (!target) return
  for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true
  if (scroll) target.scrollIntoView()
}

addEventListener("hashchange", () => reveal(true))
// A link to the anchor where the reader already is changes no hash.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href*='#']")
  if (link && link.href === location.href) reveal(false)
})
reveal(true)

const closed = new Set()
addEventListener("beforeprint", () => {
  for (const box of document.querySelectorAll("article details:not([open], .lb-explorer)")) {
    closed.add(box)
    box.open = true
  }
})
addEventListener("afterprint", () => {
  for (const box of closed) box.open = false
  closed.clear()
})
