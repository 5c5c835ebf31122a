/* The formula of a law under sliders. Vega is a third of a megabyte, the sliders of a page are a quarter of its bytes:
   loaded when the first chart is opened, as scripts, since a page from a folder may load no data. */
"use strict"

const loading = {}
function load(address) {
  loading[address] ??= new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), { src: address })
    script.onload = done
    script.onerror = () => failed(new Error(`${address} did not load`))
    document.head.append(script)
  })
  return loading[address]
}

let sliders
globalThis.lawbookSliders = (ofLaws) => (sliders = ofLaws)

function coloured(text, element) {
  const style = getComputedStyle(element)
  const names = { "#a0000a": "--lb-chart-ink", "#a0000b": "--lb-chart-grid", "#a0000c": "--lb-accent", "#a00000": "--lb-line-0" }
  for (const [mark, name] of Object.entries(names)) text = text.replaceAll(mark, style.getPropertyValue(name).trim())
  return text.replaceAll("lawbook-text", getComputedStyle(document.body).fontFamily.replaceAll('"', "'"))
}

/* The points come as columns, which are half as long. */
function withRows(specification) {
  const columns = specification.datasets?.measured
  if (!columns) return specification
  const [names, values] = [Object.keys(columns), Object.values(columns)]
  const measured = values[0].map((_, i) => Object.fromEntries(names.map((name, k) => [name, values[k][i]])))
  return { ...specification, datasets: { measured } }
}

async function draw(details) {
  const target = details.querySelector(".lb-curve")
  const inputs = [...details.querySelectorAll("input[type=range]")]
  const { chart } = sliders[details.dataset.lbLaw]
  const specification = withRows(JSON.parse(coloured(JSON.stringify(chart), details)))
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
  for (const button of details.querySelectorAll("[data-lb-set]")) {
    button.onclick = () => {
      const values = JSON.parse(button.dataset.lbSet)
      for (const input of inputs.filter((i) => i.dataset.lbSymbol in values)) {
        input.dataset.lbValue = values[input.dataset.lbSymbol] // exactly as measured, between two steps of the slider too
        place(input)
        input.oninput()
      }
    }
  }
  await view.runAsync()
  details.dataset.lbDrawn = ""
}

async function open(details) {
  const body = details.querySelector(".lb-explorer-body")
  body.innerHTML = '<p class="lb-loading">Loading the chart …</p>'
  try {
    await Promise.all([load(details.dataset.lbVega), load("sliders.js")])
    body.innerHTML = sliders[details.dataset.lbLaw].html
    details.querySelectorAll("input[type=range]").forEach(place)
    await draw(details)
  } catch (error) {
    body.innerHTML = '<p class="lb-loading">The chart could not be drawn.</p>'
    console.error(error)
  }
}

const charts = [...document.querySelectorAll(".lb-explorer[data-lb-vega]")]
for (const details of charts) details.addEventListener("toggle", () => open(details), { once: true })
// light and dark: colours of a drawn chart are fixed, so it is drawn again
new MutationObserver(() => charts.filter((d) => "lbDrawn" in d.dataset).forEach(draw)).observe(document.body, {
  attributeFilter: ["data-md-color-scheme"],
})
