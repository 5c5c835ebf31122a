/* A diagonal linear network, β = u ⊙ v, under gradient descent with large steps, and the solution that the law selects. */
"use strict"
importScripts("kit.js")

const [SAMPLES, UNKNOWNS, SUPPORT] = [6, 10, 2]

/* Solve a small linear system by elimination. */
function solve(matrix, right) {
  const rows = matrix.map((row, i) => [...row, right[i]])
  for (let c = 0; c < rows.length; c++) {
    const best = rows.slice(c).reduce((top, row, i) => (Math.abs(row[c]) > Math.abs(rows[top][c]) ? c + i : top), c)
    ;[rows[c], rows[best]] = [rows[best], rows[c]]
    for (let r = c + 1; r < rows.length; r++) {
      const share = rows[r][c] / rows[c][c]
      for (let k = c; k <= rows.length; k++) rows[r][k] -= share * rows[c][k]
    }
  }
  const found = new Array(rows.length).fill(0)
  for (let c = rows.length - 1; c >= 0; c--) {
    found[c] = (rows[c][rows.length] - sum(found.map((v, k) => (k > c ? rows[c][k] * v : 0)))) / rows[c][c]
  }
  return found
}

/* The multipliers ν with X β(ν) = y: Newton's method on a convex function, with shorter steps where it must. */
function multipliers(x, y, effective, offset) {
  const tilts = (nu) => offset.map((z, i) => z + sum(x.map((row, n) => row[i] * nu[n])))
  const value = (nu) => sum(tilts(nu).map((t, i) => (effective[i] * Math.cosh(2 * t)) / 2)) - dot(y, nu)
  let nu = y.map(() => 0)
  for (let k = 0; k < 200; k++) {
    const at = tilts(nu)
    const slope = x.map((row, n) => sum(row.map((v, i) => v * effective[i] * Math.sinh(2 * at[i]))) - y[n])
    const curve = x.map((a) => x.map((b) => sum(a.map((v, i) => v * b[i] * 2 * effective[i] * Math.cosh(2 * at[i])))))
    const move = solve(curve, slope)
    if (dot(slope, move) < 1e-26) break
    let share = 1
    const now = value(nu)
    while (share > 1e-9 && !(value(nu.map((v, n) => v - share * move[n])) <= now)) share /= 2
    nu = nu.map((v, n) => v - share * move[n])
  }
  return tilts(nu)
}

/* The least singular value of X: power iteration on the inverse of X Xᵀ. */
function leastSingular(x) {
  const gram = x.map((a) => x.map((b) => dot(a, b)))
  let at = x.map((_, n) => 1 + n / 7)
  let size = 1
  for (let k = 0; k < 100; k++) {
    at = solve(gram, at)
    size = Math.sqrt(dot(at, at))
    at = at.map((value) => value / size)
  }
  return 1 / Math.sqrt(size)
}

serve(({ step, alpha, steps, uneven }, random) => {
  const x = Array.from({ length: SAMPLES }, () => [...random.normals(UNKNOWNS)])
  const truth = Array.from({ length: UNKNOWNS }, (_, i) => (i < SUPPORT ? 1 : 0))
  const y = x.map((row) => dot(row, truth))
  const u = new Float64Array(UNKNOWNS).fill(Math.SQRT2 * alpha)
  const v = new Float64Array(UNKNOWNS).fill(uneven ? (Math.SQRT2 * alpha) / 2 : 0)
  const gain = new Array(UNKNOWNS).fill(0)
  const offset = new Array(UNKNOWNS).fill(0)
  let loss = 0
  for (let k = 0; k < steps; k++) {
    const rest = x.map((row, n) => sum(row.map((value, i) => value * u[i] * v[i])) - y[n])
    loss = dot(rest, rest) / (2 * SAMPLES)
    if (!(loss < 1e6)) throw new Error("training diverged: the step size is too large for these data")
    for (let i = 0; i < UNKNOWNS; i++) {
      const pull = (step * sum(x.map((row, n) => row[i] * rest[n]))) / SAMPLES
      gain[i] -= Math.log(Math.abs(1 - pull * pull))
      offset[i] += Math.log(Math.abs((1 - pull) / (1 + pull))) / 2
      ;[u[i], v[i]] = [u[i] - pull * v[i], v[i] - pull * u[i]]
    }
    if (k % 1000 === 0) progress(k / steps, `step ${k}, training loss ${loss.toPrecision(2)}`)
  }
  // The law is told the gradients on the way, the data and the start. Where training has converged that is an identity.
  const effective = gain.map((g) => alpha ** 2 * Math.exp(-g))
  const tilt = multipliers(x, y, effective, offset)
  const flow = multipliers(x, y, gain.map(() => alpha ** 2), gain.map(() => 0))
  const least = leastSingular(x)
  const found = truth.map((_, i) => ({
    label: String(i + 1),
    measured: u[i] * v[i],
    error: Math.sqrt(2 * SAMPLES * loss) / least, // how far the run can still be from a fit
    given: { effective: effective[i], tilt: tilt[i] },
    flow: { effective: alpha ** 2, tilt: flow[i] },
  }))
  show(found.map(({ measured, given }, i) => ({ x: i + 1, y: measured, given })))
  show(found.map(({ flow: given }, i) => ({ x: i + 1, given, rival: true })))
  return { results: found.map(({ label, measured, error, given }) => ({ label, measured, error, given })) }
})
