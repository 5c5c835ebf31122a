/* Copy buttons and the slider charts. Everything else on a page works without it. */
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

// --- slider charts -----------------------------------------------------------
let bundle // Vega is a third of a megabyte: loaded when the first chart is opened
function vega(address) {
  bundle ??= new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), { src: address })
    script.onload = done
    script.onerror = () => failed(new Error(`${address} did not load`))
    document.head.append(script)
  })
  return bundle
}

const SUPER = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" }
function readable(value) {
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5)) {
    const [mantissa, exponent] = value.toExponential(1).split("e")
    const power = "10" + [...String(Number(exponent))].map((c) => SUPER[c]).join("")
    return mantissa === "1.0" ? power : `${Number(mantissa)} × ${power}`
  }
  return String(Number(value.toPrecision(3))).replace("-", "−")
}

function valueOf(input) {
  const { lbLow, lbHigh, lbLog } = input.dataset
  const [low, high, share] = [Number(lbLow), Number(lbHigh), Number(input.value) / Number(input.max)]
  return lbLog === undefined ? low + share * (high - low) : low * (high / low) ** share
}

function place(input) {
  const { lbLow, lbHigh, lbValue, lbLog } = input.dataset
  const [low, high, value] = [Number(lbLow), Number(lbHigh), Number(lbValue)]
  const share = lbLog === undefined ? (value - low) / (high - low) : Math.log(value / low) / Math.log(high / low)
  input.value = Math.round(share * Number(input.max))
}

function coloured(text, element) {
  const style = getComputedStyle(element)
  const names = { "#a0000a": "--lb-chart-ink", "#a0000b": "--lb-chart-grid", "#a0000c": "--lb-accent" }
  for (const [mark, name] of Object.entries(names)) text = text.replaceAll(mark, style.getPropertyValue(name).trim())
  return text.replaceAll("lawbook-text", getComputedStyle(document.body).fontFamily.replaceAll('"', "'"))
}

async function draw(details) {
  const target = details.querySelector(".lb-curve")
  const inputs = [...details.querySelectorAll("input[type=range]")]
  const specification = JSON.parse(coloured(details.querySelector("script").textContent, details))
  const { view } = await window.vegaEmbed(target, specification, { actions: false, ast: true, renderer: "svg", tooltip: false })
  for (const input of inputs) {
    const output = input.parentElement.querySelector("output")
    const say = () => {
      output.textContent = readable(valueOf(input))
      input.setAttribute("aria-valuetext", output.textContent)
    }
    const move = () => {
      say()
      view.signal(`p_${input.dataset.lbSymbol}`, valueOf(input)).runAsync()
    }
    input.oninput = move
    say()
    view.signal(`p_${input.dataset.lbSymbol}`, valueOf(input))
  }
  await view.runAsync()
  details.dataset.lbDrawn = ""
}

async function open(details) {
  const target = details.querySelector(".lb-curve")
  details.querySelectorAll("input[type=range]").forEach(place)
  target.innerHTML = '<p class="lb-loading">Loading the chart …</p>'
  try {
    await vega(details.dataset.lbVega)
    await draw(details)
  } catch (error) {
    target.innerHTML = '<p class="lb-loading">The chart could not be drawn.</p>'
    console.error(error)
  }
}

const charts = [...document.querySelectorAll(".lb-explorer")]
for (const details of charts) details.addEventListener("toggle", () => open(details), { once: true })
// light and dark: colours of a drawn chart are fixed, so it is drawn again
new MutationObserver(() => charts.filter((d) => "lbDrawn" in d.dataset).forEach(draw)).observe(document.body, {
  attributeFilter: ["data-md-color-scheme"],
})
