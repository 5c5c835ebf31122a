/* A small tanh network under full-batch gradient descent, and the largest eigenvalue of its Hessian on the way. */
"use strict"
importScripts("kit.js")

const WIDTHS = [12, 14, 14, 1] // 393 weights and biases
const SAMPLES = 120
const EVERY = 20 // steps between two measurements

const COUNT = WIDTHS.slice(1).reduce((total, out, i) => total + out * (WIDTHS[i] + 1), 0)

/* The gradient of half the mean squared error, written into `gradient`; the loss is returned. */
function slope(params, inputs, targets, gradient) {
  gradient.fill(0)
  const layers = WIDTHS.length - 1
  const values = WIDTHS.map((width) => new Float64Array(width))
  const back = WIDTHS.map((width) => new Float64Array(width))
  let loss = 0
  for (let n = 0; n < SAMPLES; n++) {
    for (let i = 0; i < WIDTHS[0]; i++) values[0][i] = inputs[n * WIDTHS[0] + i]
    let at = 0
    const starts = []
    for (let l = 0; l < layers; l++) {
      const [from, to] = [WIDTHS[l], WIDTHS[l + 1]]
      starts.push(at)
      for (let o = 0; o < to; o++) {
        let total = params[at + to * from + o]
        for (let i = 0; i < from; i++) total += params[at + o * from + i] * values[l][i]
        values[l + 1][o] = l < layers - 1 ? Math.tanh(total) : total
      }
      at += to * (from + 1)
    }
    const rest = values[layers][0] - targets[n]
    loss += (0.5 * rest * rest) / SAMPLES
    back[layers][0] = rest / SAMPLES
    for (let l = layers - 1; l >= 0; l--) {
      const [from, to, start] = [WIDTHS[l], WIDTHS[l + 1], starts[l]]
      back[l].fill(0)
      for (let o = 0; o < to; o++) {
        const push = l < layers - 1 ? back[l + 1][o] * (1 - values[l + 1][o] ** 2) : back[l + 1][o]
        gradient[start + to * from + o] += push
        for (let i = 0; i < from; i++) {
          gradient[start + o * from + i] += push * values[l][i]
          back[l][i] += push * params[start + o * from + i]
        }
      }
    }
  }
  return loss
}

/* The largest eigenvalue by power iteration from the last vector; Hessian times vector by a difference of gradients. */
function sharpness(params, inputs, targets, vector) {
  const near = 1e-4
  const [ahead, behind, moved] = [0, 0, 0].map(() => new Float64Array(COUNT))
  let value = 0
  for (let k = 0; k < 40; k++) {
    for (let i = 0; i < COUNT; i++) moved[i] = params[i] + near * vector[i]
    slope(moved, inputs, targets, ahead)
    for (let i = 0; i < COUNT; i++) moved[i] = params[i] - near * vector[i]
    slope(moved, inputs, targets, behind)
    for (let i = 0; i < COUNT; i++) ahead[i] = (ahead[i] - behind[i]) / (2 * near)
    const before = value
    value = dot(ahead, vector)
    const length = norm(ahead)
    for (let i = 0; i < COUNT; i++) vector[i] = ahead[i] / length
    if (Math.abs(value - before) < 1e-3 * value) break
  }
  return value
}

serve(({ eta, steps }, random) => {
  const inputs = random.normals(SAMPLES * WIDTHS[0])
  const targets = Float64Array.from({ length: SAMPLES }, () => (random.uniform() < 0.5 ? -1 : 1))
  const params = new Float64Array(COUNT)
  let at = 0
  for (let l = 0; l + 1 < WIDTHS.length; l++) {
    const size = WIDTHS[l] * WIDTHS[l + 1]
    params.set(random.normals(size, 1 / Math.sqrt(WIDTHS[l])), at)
    at += size + WIDTHS[l + 1] // biases start at zero
  }
  const gradient = new Float64Array(COUNT)
  const vector = random.normals(COUNT, 1 / Math.sqrt(COUNT))
  const levels = []
  let [loss, ups, before] = [0, 0, Infinity]
  for (let step = 0; step <= steps; step++) {
    loss = slope(params, inputs, targets, gradient)
    if (!Number.isFinite(loss)) throw new Error("training diverged: the step size is too large for this network")
    if (step > steps / 2 && loss > before) ups++
    before = loss
    if (step % EVERY === 0) {
      levels.push(sharpness(params, inputs, targets, vector))
      show([{ x: step, y: levels.at(-1), given: { eta } }])
      progress(step / steps, `step ${step}, training loss ${loss.toPrecision(2)}`)
    }
    for (let i = 0; i < COUNT; i++) params[i] -= eta * gradient[i]
  }
  const last = levels.slice(-Math.floor(levels.length / 4))
  return { results: [{ label: "", measured: mean(last), error: blocks(last), given: { eta } }] }
})
