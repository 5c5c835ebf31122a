/* A learner that knows a quantum as soon as it has seen it once, on samples whose quanta follow a power law. */
"use strict"
importScripts("kit.js")

const SIZES = 9 // of the training set, evenly spaced in its logarithm
const TABLE = 200_000 // quanta that are drawn one by one; the rarer ones by the integral over their tail

/* The frequencies p of the first quanta and what they add up to, both exact but for the end of the zeta sum. */
function frequencies(alpha) {
  const weights = Float64Array.from({ length: TABLE }, (_, k) => (k + 1) ** -(1 + alpha))
  const beyond = (TABLE + 0.5) ** -alpha / alpha
  const total = sum(weights) + beyond
  let upTo = 0
  return { p: weights.map((w) => w / total), below: weights.map((w) => (upTo += w / total)), total }
}

/* Which quantum a sample needs: of the rare ones, by inverting the tail. */
function drawn(share, { below, total }, alpha) {
  if (share < below[TABLE - 1]) {
    let [low, high] = [0, TABLE - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (below[middle] > share) high = middle
      else low = middle + 1
    }
    return low
  }
  return Math.floor((alpha * total * Math.max(1 - share, 1e-300)) ** (-1 / alpha) - 0.5)
}

serve(({ alpha, most, copies, repeats }, random) => {
  const known = frequencies(alpha)
  const sizes = Array.from({ length: SIZES }, (_, i) => Math.round(1000 * (most / 1000) ** (i / (SIZES - 1))))
  const missing = sizes.map(() => [])
  for (let r = 0; r < repeats; r++) {
    const seen = new Set()
    let [left, reached] = [1, 0]
    for (let n = 0; n < most; n++) {
      if (n % copies === 0) {
        const quantum = drawn(random.uniform(), known, alpha)
        if (!seen.has(quantum)) {
          seen.add(quantum)
          left -= quantum < TABLE ? known.p[quantum] : (quantum + 1) ** -(1 + alpha) / known.total
        }
      }
      while (reached < SIZES && n + 1 >= sizes[reached]) missing[reached++].push(left)
    }
    progress((r + 1) / repeats, `training set ${r + 1} of ${repeats}`)
  }
  const found = sizes.map((samples, i) => ({
    measured: mean(missing[i]), error: spread(missing[i]), given: { samples, alpha },
  }))
  show(found.map(({ measured, error, given }) => ({ x: given.samples, y: measured, error, given })))
  return { results: [{ label: "", ...found[SIZES - 1] }] }
})
