/* The theme's search listens for keys alone: text that is pasted, dictated or composed (η) is to be found as well. */
"use strict"

document.querySelector(".md-search__input")?.addEventListener("input", ({ target }) =>
  target.dispatchEvent(new KeyboardEvent("keyup", { bubbles: true })),
)
