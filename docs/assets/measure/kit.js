/* What the measurements in the browser share: numbers drawn from a seed, errors, and reports to the page. In a worker. */
"use strict"

/* Numbers from a seed, the same in every browser: mulberry32. */
function draws(seed) {
  let state = (seed + 1) * 0x9e3779b9
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  return { uniform, normal, normals: (count, size = 1) => Float64Array.from({ length: count }, () => size * normal()) }
}

const sum = (values) => values.reduce((a, b) => a + b, 0)
const mean = (values) => sum(values) / values.length
const dot = (a, b) => {
  let total = 0
  for (let i = 0; i < a.length; i++) total += a[i] * b[i]
  return total
}
const norm = (a) => Math.sqrt(dot(a, a))

/* Standard error of the mean of independent values. */
function spread(values) {
  const middle = mean(values)
  return Math.sqrt(sum(values.map((v) => (v - middle) ** 2)) / (values.length - 1) / values.length)
}

/* Standard error of the mean of a series whose neighbours are alike: from the means of five blocks. */
function blocks(values, count = 5) {
  const size = Math.floor(values.length / count)
  return spread(Array.from({ length: count }, (_, i) => mean(values.slice(i * size, (i + 1) * size))))
}

/* Points for the chart, as they come: x, y and what the law needs to say its value there. */
const show = (points) => postMessage({ points })
const progress = (share, words) => postMessage({ share, words })

/* `measure` takes the settings and a generator and returns {results: [{label, measured, error, given}]}. */
function serve(measure) {
  onmessage = ({ data }) => {
    try {
      postMessage({ done: measure(data, draws(data.seed)) })
    } catch (error) {
      postMessage({ failed: error.message })
    }
  }
}
