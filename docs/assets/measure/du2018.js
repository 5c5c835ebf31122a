/* A ReLU network with one hidden layer under gradient descent: what each hidden neuron keeps. */
"use strict"
importScripts("kit.js")

const [INPUTS, HIDDEN, OUTPUTS, SAMPLES] = [8, 12, 3, 60]

serve(({ step, start, bent, end }, random) => {
  const inputs = random.normals(SAMPLES * INPUTS)
  const teacher = random.normals(OUTPUTS * INPUTS)
  const label = (n, o) => Math.tanh(dot(teacher.subarray(o * INPUTS, (o + 1) * INPUTS), sample(n)))
  const sample = (n) => inputs.subarray(n * INPUTS, (n + 1) * INPUTS)
  const targets = Array.from({ length: SAMPLES }, (_, n) => Array.from({ length: OUTPUTS }, (_, o) => label(n, o)))
  const into = random.normals(HIDDEN * INPUTS, start / Math.sqrt(INPUTS)) // hidden × input
  const out = random.normals(OUTPUTS * HIDDEN, start / Math.sqrt(HIDDEN)) // output × hidden
  const incoming = (j) => dot(into.subarray(j * INPUTS, (j + 1) * INPUTS), into.subarray(j * INPUTS, (j + 1) * INPUTS))
  const outgoing = (j) => sum(Array.from({ length: OUTPUTS }, (_, o) => out[o * HIDDEN + j] ** 2))
  const balances = Array.from({ length: HIDDEN }, (_, j) => incoming(j) - outgoing(j))
  const steps = Math.round(end / step)
  const [first, last] = [new Float64Array(into.length), new Float64Array(out.length)]
  const hidden = new Float64Array(HIDDEN)
  let loss = 0
  for (let k = 0; k < steps; k++) {
    ;[first, last].forEach((gradient) => gradient.fill(0))
    loss = 0
    for (let n = 0; n < SAMPLES; n++) {
      const x = sample(n)
      for (let j = 0; j < HIDDEN; j++) {
        const pre = dot(into.subarray(j * INPUTS, (j + 1) * INPUTS), x)
        hidden[j] = bent ? Math.tanh(pre) : Math.max(pre, 0)
      }
      const rest = targets[n].map((target, o) => dot(out.subarray(o * HIDDEN, (o + 1) * HIDDEN), hidden) - target)
      loss += dot(rest, rest) / (2 * SAMPLES)
      for (let j = 0; j < HIDDEN; j++) {
        let back = 0
        for (let o = 0; o < OUTPUTS; o++) {
          last[o * HIDDEN + j] += (rest[o] * hidden[j]) / SAMPLES
          back += rest[o] * out[o * HIDDEN + j]
        }
        const push = (back * (bent ? 1 - hidden[j] ** 2 : hidden[j] > 0 ? 1 : 0)) / SAMPLES
        for (let i = 0; i < INPUTS; i++) first[j * INPUTS + i] += push * x[i]
      }
    }
    if (!Number.isFinite(loss)) throw new Error("training diverged: the step size is too large for this network")
    for (let i = 0; i < into.length; i++) into[i] -= step * first[i]
    for (let i = 0; i < out.length; i++) out[i] -= step * last[i]
    if (k % 100 === 0) progress(k / steps, `step ${k} of ${steps}, training loss ${loss.toPrecision(2)}`)
  }
  const neurons = balances.map((balance, j) => ({ measured: incoming(j), error: 0, given: { outgoing: outgoing(j), balance } }))
  show(neurons.map(({ measured, given }, j) => ({ x: given.outgoing + given.balance, y: measured, given })))
  return { results: neurons.map((neuron, j) => ({ label: String(j + 1), ...neuron })) }
})
