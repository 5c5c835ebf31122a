/* The map of the relations: what is shown, and what hangs together with the paper under the pointer or the focus. */
"use strict"
{
  const map = document.querySelector(".lb-map")
  const form = map.querySelector("form")
  const drawing = map.querySelector("svg")
  const told = map.querySelector(".lb-map-told")
  const nodes = [...drawing.querySelectorAll(".lb-map-node")]
  const edges = [...drawing.querySelectorAll(".lb-edge")]
  const rows = [...map.querySelectorAll("tbody tr")]
  const family = Object.fromEntries(nodes.map((node) => [node.dataset.lbPaper, node.dataset.lbFamily]))
  const ends = (item) => item.dataset.lbEnds.split(" ")

  function show() {
    const chosen = (name) => new Set([...form.querySelectorAll(`[name=${name}]:checked`)].map((box) => box.value))
    const [types, families] = [chosen("type"), chosen("family")]
    for (const node of nodes) node.toggleAttribute("hidden", !families.has(node.dataset.lbFamily))
    for (const item of [...edges, ...rows]) {
      const fits = types.has(item.dataset.lbType) && ends(item).every((paper) => families.has(family[paper] ?? "")
        || !(paper in family)) && ends(item).some((paper) => families.has(family[paper]))
      item.toggleAttribute("hidden", !fits)
    }
  }

  function mark(node) {
    const paper = node?.dataset.lbPaper
    const mine = edges.filter((edge) => node && !edge.hasAttribute("hidden") && ends(edge).includes(paper))
    const near = new Set(mine.flatMap(ends))
    drawing.classList.toggle("lb-at", Boolean(node))
    for (const edge of edges) edge.classList.toggle("lb-near", mine.includes(edge))
    for (const other of nodes) other.classList.toggle("lb-near", other === node || near.has(other.dataset.lbPaper))
    // in words, as the table says them
    const said = rows.filter((row) => node && !row.hidden && ends(row).includes(paper))
    told.textContent = said.map((row) => [...row.cells].slice(0, 3).map((cell) => cell.textContent).join(" ")).join(" · ")
  }

  form.hidden = false
  form.addEventListener("input", show)
  for (const node of nodes) {
    node.addEventListener("pointerenter", () => mark(node))
    node.addEventListener("focus", () => mark(node))
    for (const left of ["pointerleave", "blur"]) node.addEventListener(left, () => mark(drawing.querySelector(":focus")))
  }
  show()
}
