/* The table of all laws: drawn from an index that is fetched once, narrowed down, sorted, its state in the address.
   Only the rows near the window exist. Without this script, or without the index, the plain list stays. */
"use strict"
{
  const place = document.querySelector("[data-lb-index]")
  const form = place.querySelector("form")
  const root = place.dataset.lbIndex.replace("assets/lawbook/", "")
  const COLUMNS = [
    ["name", "Law"], ["paper", "Paper"], ["year", "Year"], ["tells", "Tells"], ["formula", "Formula"],
    ["kind", "Kind"], ["support", "Rests on"], ["verdict", "Measured"],
  ]
  const ALL = 300 // so many rows are drawn at once where there is room for a table; of more, those near the window
  const NEAR = 800 // px
  const wide = matchMedia("(min-width: 60em)")
  const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" }).compare
  let facets, papers, laws, families // the index
  let formulas = [] // fetched when there is room to show them
  let state = {} // what stands in the address
  let lines = [] // what is to be shown: laws, and heads of groups
  const drawn = new Map() // number of a line to its row
  let table, body

  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[-–−_]/g, " ")
  const element = (tag, attributes, ...children) => {
    const made = document.createElement(tag)
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
    made.append(...children)
    return made
  }

  // --- the index -------------------------------------------------------------
  function take(index) {
    facets = index.facets
    families = index.families
    papers = index.papers.map(([id, label, title, year, words, assumes]) => ({ id, label, title, year, words, assumes }))
    laws = index.laws.map(([paper, id, name, values, word, tone, formula], number) => {
      return { number, paper: papers[paper], at: paper, id, name, values, word, tone, formula }
    })
  }
  const which = (name) => facets.findIndex((facet) => facet.id === name)
  const labels = (law, facet) => law.values[facet].map((value) => facets[facet].options[value][1])
  const folded = new Map() // papers and options, which many laws share
  const once = (text) => folded.get(text) ?? (folded.set(text, fold(text)), folded.get(text))
  function words(law) {
    // made when somebody first searches
    if (law.words) return law.words
    const { label, title, words, assumes } = law.paper
    const said = law.values[which("assumes")].map((value) => assumes[value] ?? "")
    const shared = [label, title, words, ...said, ...facets.flatMap((_, i) => labels(law, i))]
    return (law.words = [fold(law.name), fold(law.formula), ...shared.map(once)].join(" "))
  }

  // --- the state, the form and the address -------------------------------------
  const names = () => ["word", ...facets.map((facet) => facet.id), "group", "sort"]
  function read() {
    const asked = new URLSearchParams(location.search)
    state = Object.fromEntries(names().map((name) => [name, asked.get(name) ?? ""]))
  }
  function write(replace) {
    const kept = names().filter((name) => state[name]).map((name) => [name, state[name]])
    const address = location.pathname + (kept.length ? `?${new URLSearchParams(kept)}` : "")
    if (address === location.pathname + location.search) return
    history[replace ? "replaceState" : "pushState"](null, "", address)
  }
  function tell() {
    for (const name of names()) if (form[name].value !== state[name]) form[name].value = state[name]
    const set = facets.filter((facet) => state[facet.id])
    form.querySelector(".lb-find-set").textContent = set.length ? `(${set.length})` : ""
  }

  // --- which laws, in which order ------------------------------------------------
  function narrow() {
    const asked = fold(state.word).split(/\s+/).filter(Boolean)
    const chosen = facets.map((facet) => {
      return state[facet.id] ? facet.options.findIndex(([value]) => value === state[facet.id]) : null
    })
    const counts = facets.map((facet) => new Array(facet.options.length).fill(0))
    const found = []
    for (const law of laws) {
      if (asked.length && !asked.every((word) => words(law).includes(word))) continue
      const missed = chosen.flatMap((value, i) => (value === null || law.values[i].includes(value) ? [] : [i]))
      if (!missed.length) found.push(law)
      // an option counts what would be shown if it were chosen, all else staying as it is
      if (missed.length < 2) counts.forEach((count, i) => {
        if (!missed.length || missed[0] === i) for (const value of law.values[i]) count[value]++
      })
    }
    arrange(found)
    clearTimeout(filling)
    filling = setTimeout(() => options(counts)) // after the rows are on the screen
    form.querySelector("[type=reset]").hidden = !names().some((name) => state[name])
    form.querySelector("output").textContent =
      found.length === laws.length ? `${laws.length} laws` : `${found.length} of ${laws.length} laws`
  }
  let filling
  function options(counts) {
    facets.forEach((facet, i) => {
      const select = form[facet.id]
      const shown = facet.options.flatMap(([value, label], k) => {
        return counts[i][k] || value === state[facet.id] ? [new Option(`${label} (${counts[i][k]})`, value)] : []
      })
      select.replaceChildren(new Option(select.dataset.lbAny, ""), ...shown)
    })
    tell()
  }
  function sorted(found) {
    if (!state.sort) return found
    const column = state.sort.replace("-", "")
    const sign = state.sort.startsWith("-") ? -1 : 1
    const facet = which(column)
    const key = {
      name: (law) => law.name,
      paper: (law) => law.paper.label,
      year: (law) => law.paper.year,
      formula: (law) => law.formula,
    }[column] ?? ((law) => (column === "verdict" ? String(law.values[facet][0]) : labels(law, facet)[0] ?? "\uffff"))
    return [...found].sort((a, b) => sign * order(key(a), key(b)) || a.number - b.number)
  }
  function arrange(found) {
    const group = state.group || "paper"
    const rows = sorted(found)
    table.dataset.lbGroup = group
    if (group === "flat") lines = rows
    else {
      const of = group === "paper" ? (law) => law.at : (law) => law.values[0][0]
      const groups = Map.groupBy ? Map.groupBy(rows, of) : grouped(rows, of)
      const keys = [...groups.keys()].sort((a, b) => a - b)
      lines = keys.flatMap((key) => [{ group: key, many: groups.get(key).length }, ...groups.get(key)])
    }
    table.setAttribute("aria-rowcount", lines.length + 1)
    for (const head of table.querySelectorAll("th[data-lb-column]")) {
      const mine = state.sort.replace("-", "") === head.dataset.lbColumn
      head.setAttribute("aria-sort", mine ? (state.sort.startsWith("-") ? "descending" : "ascending") : "none")
    }
    again()
  }
  function again() {
    drawn.clear()
    body.replaceChildren()
    measure()
    draw()
  }
  function grouped(rows, of) {
    const groups = new Map()
    for (const row of rows) groups.set(of(row), [...(groups.get(of(row)) ?? []), row])
    return groups
  }

  // --- rows ----------------------------------------------------------------------
  let tops = [] // height at which each line begins
  function measure() {
    const style = getComputedStyle(table)
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize)
    const [row, head] = ["--lb-row", "--lb-head"].map((name) => parseFloat(style.getPropertyValue(name)) * rem)
    tops = [0]
    for (const line of lines) tops.push(tops.at(-1) + ("many" in line ? head : row))
    body.style.height = `${tops.at(-1)}px`
    for (const [i, row] of drawn) row.style.top = `${tops[i]}px`
  }
  function first(top) {
    // the line at this height
    let [low, high] = [0, lines.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (tops[middle + 1] <= top) low = middle + 1
      else high = middle
    }
    return low
  }
  function draw(everything = false) {
    let [from, to] = [0, lines.length]
    if (lines.length > (wide.matches ? ALL : 0) && !everything) {
      const top = -body.getBoundingClientRect().top
      from = first(top - NEAR)
      to = Math.min(first(top + innerHeight + NEAR) + 1, lines.length)
    }
    for (const [i, row] of drawn) {
      if ((i < from || i >= to) && !row.contains(document.activeElement)) {
        row.remove()
        drawn.delete(i)
      }
    }
    let next = body.firstChild
    for (let i = from; i < to; i++) {
      while (next && Number(next.ariaRowIndex) - 2 < i) next = next.nextSibling
      if (drawn.has(i)) continue
      const row = "many" in lines[i] ? head(lines[i]) : line(lines[i])
      row.style.top = `${tops[i]}px`
      row.ariaRowIndex = i + 2
      body.insertBefore(row, next)
      drawn.set(i, row)
    }
    if (wide.matches && formulas.length) whole()
  }
  function whole() {
    // a formula is shown whole or not at all
    const boxes = [...body.querySelectorAll(".lb-c-formula > div:not([data-lb-fits])")]
    const fit = boxes.map((box) => box.scrollWidth <= box.clientWidth && box.scrollHeight <= box.clientHeight + 6)
    boxes.forEach((box, i) => {
      box.dataset.lbFits = fit[i]
      if (!fit[i]) box.replaceChildren()
    })
  }
  function head({ group, many }) {
    const byPaper = (state.group || "paper") === "paper"
    const family = byPaper ? laws.find((law) => law.at === group).values[0][0] : group
    const [id, label] = byPaper ? [papers[group].id, papers[group].title] : facets[0].options[group]
    const link = element("a", { href: `${root}${byPaper ? "laws" : "families"}/${id}/`, title: label }, label)
    const dot = element("span", { class: `lb-dot lb-accent-${families[family]}` })
    const note = element("span", { class: "lb-by" }, byPaper ? papers[group].label : `${many} law${many === 1 ? "" : "s"}`)
    const cell = element("th", { role: "rowheader", scope: "rowgroup" }, dot, link, note)
    return element("tr", { role: "row", class: "lb-group" }, cell)
  }
  function line(law) {
    const link = element("a", { href: `${root}laws/${law.paper.id}/#${law.id}`, title: law.name }, law.name)
    const by = law.paper.label.slice(0, -law.paper.year.length).trim()
    const formula = element("div", {})
    formula.innerHTML = formulas[law.number] ?? "" // MathML that the build made
    const told = element("span", { class: `lb-verdict lb-${law.tone}`, title: law.word }, element("span", {}, law.word))
    const cells = {
      name: [link], paper: [element("span", { class: `lb-dot lb-accent-${families[law.values[0][0]]}` }), by],
      year: [law.paper.year], tells: [labels(law, which("tells"))[0] ?? ""], formula: [formula],
      kind: labels(law, which("kind")), support: labels(law, which("support")), verdict: [told],
    }
    const seen = COLUMNS.filter(([name]) => wide.matches || name === "name" || name === "verdict")
    const row = seen.map(([name]) => element("td", { role: "cell", class: `lb-c-${name}` }, ...cells[name]))
    return element("tr", { role: "row" }, ...row)
  }
  function build() {
    const heads = COLUMNS.map(([name, label]) => {
      const button = element("button", { type: "button" }, label)
      button.addEventListener("click", () => {
        state.sort = state.sort === name ? `-${name}` : name
        state.group ||= "flat" // the order of all laws is asked for
        change()
      })
      return element("th", { role: "columnheader", scope: "col", class: `lb-c-${name}`, "data-lb-column": name }, button)
    })
    body = element("tbody", { role: "rowgroup" })
    table = element(
      "table", { class: "lb-laws", role: "table", "aria-label": "Laws" },
      element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...heads)), body,
    )
    place.append(table)
  }

  // --- what the reader does ------------------------------------------------------
  function change(replace = false) {
    write(replace)
    narrow()
  }
  let typed
  form.addEventListener("input", (event) => {
    const name = event.target.name
    state[name] = event.target.value
    if (name === "sort" && state.sort) state.group ||= "flat"
    if (name === "group" && !state.group) state.sort = ""
    clearTimeout(typed)
    if (name === "word") typed = setTimeout(() => change(true), 120)
    else change()
  })
  form.addEventListener("reset", (event) => {
    event.preventDefault()
    for (const name of names()) state[name] = ""
    change()
    form.word.focus()
  })
  form.addEventListener("submit", (event) => event.preventDefault())

  async function formulasIfWide() {
    if (!wide.matches || formulas.length) return
    formulas = await (await fetch(`${place.dataset.lbIndex}formulas.json`)).json()
    again()
  }
  async function start() {
    const answer = await fetch(`${place.dataset.lbIndex}laws.json`)
    if (!answer.ok) return
    take(await answer.json())
    read()
    build()
    place.querySelector(".lb-all-list").remove()
    form.hidden = false
    form.querySelector("details").open = wide.matches
    narrow()
    addEventListener("popstate", () => (read(), narrow()))
    addEventListener("scroll", () => requestAnimationFrame(() => draw()), { passive: true })
    addEventListener("resize", () => (measure(), draw()))
    addEventListener("beforeprint", () => draw(true))
    wide.addEventListener("change", () => (again(), formulasIfWide()))
    await formulasIfWide()
  }
  // opened from a file a page may fetch nothing: the list says all
  if (location.protocol !== "file:") start()
}
