/* A linear network with two layers, from small random weights, on whitened inputs: the strength of three modes in time. */
"use strict"
importScripts("kit.js")

const WIDTH = 24
const POINTS = 60

/* An input a mode: the axes of the inputs and of the outputs are the directions of the modes. */
serve(({ s, start, step, bent, end }, random) => {
  const strengths = [s, s / 2, s / 4]
  const modes = strengths.length
  const into = random.normals(WIDTH * modes, start / Math.sqrt(WIDTH)) // hidden × input
  const out = random.normals(modes * WIDTH, start / Math.sqrt(WIDTH)) // output × hidden
  // Of random weights only one part grows in each mode.
  const begins = strengths.map((_, a) => {
    let total = 0
    for (let h = 0; h < WIDTH; h++) total += (into[h * modes + a] + out[a * WIDTH + h]) ** 2 / 4
    return total
  })
  const steps = Math.round(end / step)
  const every = Math.max(1, Math.floor(steps / POINTS))
  const crossed = strengths.map(() => NaN)
  let earlier = strengths.map(() => 0)
  const hidden = new Float64Array(WIDTH)
  const size = Math.sqrt(modes) // of the samples, one along each input: together they are white
  const changes = [new Float64Array(into.length), new Float64Array(out.length)]
  for (let k = 0; k <= steps; k++) {
    changes.forEach((change) => change.fill(0))
    const found = []
    for (let a = 0; a < modes; a++) {
      for (let h = 0; h < WIDTH; h++) {
        const pre = size * into[h * modes + a]
        hidden[h] = bent ? Math.tanh(pre) : pre
      }
      const rest = strengths.map((target, o) => {
        let said = 0
        for (let h = 0; h < WIDTH; h++) said += out[o * WIDTH + h] * hidden[h]
        if (o === a) found.push(said / size)
        return (o === a ? size * target : 0) - said
      })
      for (let h = 0; h < WIDTH; h++) {
        let back = 0
        for (let o = 0; o < modes; o++) {
          changes[1][o * WIDTH + h] += (rest[o] * hidden[h]) / modes
          back += rest[o] * out[o * WIDTH + h]
        }
        changes[0][h * modes + a] += (back * (bent ? 1 - hidden[h] ** 2 : 1) * size) / modes
      }
    }
    if (!found.every(Number.isFinite)) throw new Error("training diverged: the step size is too large for this strength")
    found.forEach((u, a) => {
      const half = strengths[a] / 2
      if (Number.isNaN(crossed[a]) && u >= half) crossed[a] = step * (k - (u - half) / (u - earlier[a] || 1))
    })
    earlier = found
    if (k % every === 0) {
      const time = step * k
      show(found.map((y, a) => ({ group: a, x: time, y, given: { s: strengths[a], u0: begins[a], time } })))
      if (k % (10 * every) === 0) progress(k / steps, `time ${time.toPrecision(3)} of ${end}`)
    }
    for (let i = 0; i < into.length; i++) into[i] += step * changes[0][i]
    for (let i = 0; i < out.length; i++) out[i] += step * changes[1][i]
  }
  const labels = ["first", "second", "third"]
  return {
    // A crossing lies between two steps; the error is that of a place anywhere between them.
    results: crossed.map((measured, a) => ({
      label: labels[a], measured, error: step / Math.sqrt(12), given: { s: strengths[a], u0: begins[a] },
    })),
  }
})
