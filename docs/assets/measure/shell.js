/* A law measured again in the reader's browser: knobs, progress, the points against the law, and how near they came.
   What is trained stands in a file a paper and runs in a worker; what is predicted comes from the entry, as data. */
"use strict"
{
  // --- the formula of the entry ------------------------------------------------
  // Lanczos' approximation, good to a part in 10^13 for arguments above 0.
  const LANCZOS = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ]
  function gamma(z) {
    if (z < 0.5) return Math.PI / (Math.sin(Math.PI * z) * gamma(1 - z))
    const series = LANCZOS.reduce((total, c, i) => (i ? total + c / (z - 1 + i) : c), 0)
    return Math.sqrt(2 * Math.PI) * (z + 6.5) ** (z - 0.5) * Math.exp(-(z + 6.5)) * series
  }
  const CALLS = {
    "+": (a, b) => a + b, "-": (a, b) => a - b, "*": (a, b) => a * b, "/": (a, b) => a / b, "**": (a, b) => a ** b,
    sqrt: Math.sqrt, exp: Math.exp, log: Math.log, sin: Math.sin, cos: Math.cos, tan: Math.tan, sinh: Math.sinh,
    cosh: Math.cosh, tanh: Math.tanh, Abs: Math.abs, sign: Math.sign, floor: Math.floor, ceiling: Math.ceil,
    Min: Math.min, Max: Math.max, gamma,
  }
  function compute(tree, given) {
    if (typeof tree === "number") return tree
    if (typeof tree === "string") return given[tree]
    return CALLS[tree[0]](...tree.slice(1).map((part) => compute(part, given)))
  }
  function withDerived({ through }, given) {
    const found = { ...given }
    for (const [symbol, tree] of Object.entries(through)) found[symbol] = compute(tree, given)
    return found
  }
  const told = (spec, tree, given) => compute(tree, withDerived(spec, given))

  // --- the verdict ---------------------------------------------------------------
  function judged(spec, { measured, error, given }) {
    const predicted = told(spec, spec.predicted, given)
    const half = spec.tolerance.abs ?? spec.tolerance.rel * Math.abs(predicted)
    const off = Number.isFinite(measured) ? measured - predicted : Infinity
    const near = Math.abs(off) + 2 * error <= half
    const far = Math.abs(off) - 2 * error > half
    return { predicted, half, off, share: Math.abs(off) / half, verdict: near ? "within" : far ? "outside" : "open" }
  }
  const figures = (value, digits = 4) =>
    value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5) ? readable(value) : String(Number(value.toPrecision(digits))).replace("-", "−")
  function withError(value, error, half) {
    if (!Number.isFinite(value)) return "nothing in this time"
    if (error < 1e-4 * half) return figures(value)
    const place = Math.max(0, 1 - Math.floor(Math.log10(error)))
    return `${value.toFixed(place)} ± ${error.toFixed(place)}`.replaceAll("-", "−")
  }

  // --- the chart -------------------------------------------------------------------
  const [HEIGHT, LEFT, RIGHT, BOTTOM, LETTER] = [240, 52, 12, 40, 6.4] // in pixels of the page; the width is what there is
  const element = (name, attributes, text) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name)
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
    if (text !== undefined) made.textContent = text
    return made
  }
  function axis(values, log, from, to) {
    const good = values.filter((v) => Number.isFinite(v) && (!log || v > 0))
    let [low, high] = [Math.min(...good), Math.max(...good)].map((v) => (log ? Math.log10(v) : v))
    const room = 0.05 * (high - low) || Math.abs(high) * 0.1 || 1
    ;[low, high] = [!log && low >= 0 && low < 0.35 * high ? 0 : low - room, high + room]
    const step = 10 ** Math.floor(Math.log10((high - low) / 5))
    const every = log ? Math.max(1, Math.ceil((high - low) / 6)) : step * ([1, 2, 5, 10].find((n) => (high - low) / (step * n) <= 6) ?? 10)
    const ticks = []
    for (let k = Math.ceil(low / every - 1e-9) - 1; k * every <= high + 1e-9 * every; k++) {
      for (const more of log && high - low < 2 ? [0, Math.log10(2), Math.log10(5)] : [0]) ticks.push(k * every + more)
    }
    const at = (v) => from + (((log ? Math.log10(v) : v) - low) / (high - low)) * (to - from)
    return { at, shows: (v) => Number.isFinite(v) && (!log || v > 0), ticks: ticks.filter((t) => t >= low - 1e-9 && t <= high + 1e-9).map((t) => [log ? 10 ** t : t, readable(log ? Number((10 ** t).toPrecision(3)) : Number(t.toPrecision(6)))]) }
  }
  function law(spec, points) {
    if (spec.over === "") return points.map((p) => [p.x, told(spec, spec.curve, p.given)])
    const ends = [points[0].x, points.at(-1).x]
    const grid = Array.from({ length: 161 }, (_, i) => (spec.x.log ? ends[0] * (ends[1] / ends[0]) ** (i / 160) : ends[0] + (i / 160) * (ends[1] - ends[0])))
    return grid.map((x) => [x, told(spec, spec.curve, { ...points[0].given, [spec.over]: x })])
  }
  function drawn(spec, points, figure) {
    figure.hidden = false
    const WIDTH = Math.min(480, figure.clientWidth || 480)
    const [, short, rest] = (spec.y.label.length * LETTER > WIDTH && spec.y.label.match(/^(.*?) (\(.*)$/)) || [, spec.y.label, ""]
    const TOP = rest ? 42 : 26
    const groups = spec.groups.map((_, g) => points.filter((p) => (p.group ?? 0) === g && !p.rival).sort((a, b) => a.x - b.x))
    const rivals = points.filter((p) => p.rival).map((p) => [p.x, told(spec, spec.curve, p.given)])
    const lines = groups.map((group) => (group.length ? law(spec, group) : []))
    const shown = [...lines.flat(), ...rivals, ...points.filter((p) => !p.rival).map((p) => [p.x, p.y])]
    const x = axis(shown.map((p) => p[0]), spec.x.log, LEFT, WIDTH - RIGHT)
    const y = axis(shown.map((p) => p[1]), spec.y.log, HEIGHT - BOTTOM, TOP)
    const svg = element("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${spec.y.label} against ${spec.x.label}: points measured here, and the law` })
    for (const [value, text] of y.ticks) {
      svg.append(element("path", { d: `M${LEFT} ${y.at(value)}H${WIDTH - RIGHT}`, class: "lb-m-grid" }))
      svg.append(element("text", { x: LEFT - 6, y: y.at(value) + 4, "text-anchor": "end" }, text))
    }
    svg.append(element("path", { d: `M${LEFT} ${HEIGHT - BOTTOM}H${WIDTH - RIGHT}`, class: "lb-m-axis" }))
    for (const [value, text] of x.ticks) svg.append(element("text", { x: x.at(value), y: HEIGHT - BOTTOM + 17, "text-anchor": "middle" }, text))
    svg.append(element("text", { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 4, "text-anchor": "middle" }, spec.x.label))
    svg.append(element("text", { x: 0, y: 12 }, short), element("text", { x: 0, y: 28 }, rest))
    const dash = ([a, b], half) => `M${x.at(a) - half} ${y.at(b)}h${2 * half}`
    const seen = (p) => x.shows(p[0]) && y.shows(p[1])
    for (const p of rivals.filter(seen)) svg.append(element("path", { d: dash(p, 13), class: "lb-m-rival" }))
    groups.forEach((group, g) => {
      const line = lines[g].filter(seen)
      const path = spec.law === "dash" ? line.map((p) => dash(p, 9)).join("") : line.map((p, i) => `${i ? "L" : "M"}${x.at(p[0]).toFixed(1)} ${y.at(p[1]).toFixed(1)}`).join("")
      svg.append(element("path", { d: path, class: "lb-m-law" }))
      for (const p of group.filter((q) => seen([q.x, q.y]))) svg.append(element("circle", { cx: x.at(p.x).toFixed(1), cy: y.at(p.y).toFixed(1), r: 2.8, class: `lb-m-point lb-line-${g}` }))
    })
    const caption = document.createElement("figcaption")
    const keys = [...spec.groups.map((name, g) => [name, `point lb-line-${g}`]), ["the law", "curve lb-line--1"], ...(rivals.length ? [[spec.rival, "curve lb-line--2"]] : [])]
    for (const [name, kind] of keys) caption.append(Object.assign(document.createElement("span"), { className: `lb-key lb-key-${kind}`, textContent: name }), " ")
    figure.replaceChildren(svg, caption)
  }

  // --- what is told at the end -------------------------------------------------------
  const VERDICTS = { within: ["lb-good", "within the tolerance of the check"], outside: ["lb-bad", "outside the tolerance of the check"], open: ["lb-open", "neither clearly within nor clearly outside the tolerance"] }
  function tell(spec, results, seconds, box) {
    const all = results.map((result) => ({ ...result, ...judged(spec, result) }))
    const worst = all.reduce((a, b) => (b.share + (2 * b.error) / b.half > a.share + (2 * a.error) / a.half ? b : a))
    const rows = spec.counts ? [worst] : all
    box.replaceChildren()
    for (const row of rows) {
      const which = spec.counts ? `of ${all.length} ${spec.counts} the one farthest off, number ${row.label}: ` : row.label ? `${row.label}: ` : ""
      const [tone, words] = VERDICTS[row.verdict]
      const line = document.createElement("p")
      line.className = "lb-measure-line"
      line.dataset.lbVerdict = row.verdict
      line.dataset.lbPredicted = row.predicted
      line.dataset.lbMeasured = row.measured
      const verdict = Object.assign(document.createElement("span"), { className: `lb-verdict ${tone}`, textContent: words })
      const why = row.verdict !== "outside" ? "" : ` ${row.off < 0 ? spec.below : spec.above}`
      line.append(`${which}predicted ${figures(row.predicted)} ± ${figures(row.half, 2)}, measured ${withError(row.measured, row.error, row.half)}: `, verdict, `.${why}`)
      box.append(line)
    }
    const time = Object.assign(document.createElement("p"), { className: "lb-note", textContent: `Took ${seconds.toFixed(1)} s. The same seed gives the same numbers again.` })
    box.append(time)
  }

  // --- the form ------------------------------------------------------------------------
  for (const details of document.querySelectorAll(".lb-measure")) {
    const spec = JSON.parse(details.querySelector("script").textContent)
    const [form, figure, box] = [".lb-measure-form", ".lb-measure-chart", ".lb-measure-result"].map((s) => details.querySelector(s))
    const [start, stop] = [form.querySelector("[type=submit]"), form.querySelector("[data-lb-stop]")]
    const [bar, words] = [form.querySelector("progress"), form.querySelector(".lb-measure-words")]
    let worker = null
    const end = (text) => {
      worker?.terminate()
      worker = null
      ;[start.disabled, stop.disabled] = [false, true]
      words.textContent = text
    }
    function measure() {
      const settings = Object.fromEntries([...form.elements].filter((e) => e.name).map((e) => [e.name, e.type === "range" ? valueOf(e) : Number(e.value)]))
      const [points, began] = [[], performance.now()]
      box.replaceChildren()
      figure.hidden = true
      ;[start.disabled, stop.disabled, bar.value] = [true, false, 0]
      words.textContent = "measuring …"
      worker = new Worker(`${details.dataset.lbMeasure}${spec.script}.js`)
      let waits = false
      const draw = () => {
        waits = false
        if (points.length) drawn(spec, points, figure)
      }
      worker.onerror = () => end("It could not be started: this part needs the page to come from a web server.")
      worker.onmessage = ({ data }) => {
        if (data.points) {
          points.push(...data.points)
          if (!waits) requestAnimationFrame(draw)
          waits = true
        }
        if (data.share !== undefined) [bar.value, words.textContent] = [data.share, `${Math.round(100 * data.share)} %: ${data.words}`]
        if (data.failed) end(`No result: ${data.failed}.`)
        if (data.done) {
          bar.value = 1
          tell(spec, data.done.results, (performance.now() - began) / 1000, box)
          end("done")
        }
      }
      worker.postMessage(settings)
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault()
      try {
        measure()
      } catch {
        end("It could not be started: this part needs the page to come from a web server.")
      }
    })
    stop.addEventListener("click", () => {
      end("stopped")
      start.focus()
    })
    details.addEventListener("toggle", () => {
      for (const input of form.querySelectorAll("input[type=range]")) {
        const say = () => {
          input.nextElementSibling.textContent = readable(valueOf(input))
          input.setAttribute("aria-valuetext", input.nextElementSibling.textContent)
        }
        place(input)
        say()
        input.oninput = say
      }
    }, { once: true })
    start.disabled = false
  }
}
