import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runPoints, runSchedules } from '../../src/faults/index.ts'
import { type Defect, shopSubject } from './shop-subject.ts'

const defects: Record<Defect, RegExp> = {
  'no look-up': /what the plugin knows is what the courier has/,
  'another key': /what the plugin knows is what the courier has|one payment for each parcel/,
  'no refund': /one payment for each parcel/,
  'two transactions': /gift/,
}

for (const [defect, message] of Object.entries(defects)) {
  test(`the points of a step find the mistake: ${defect}`, async () => {
    await assert.rejects(runPoints(shopSubject(defect as Defect)), message)
  })

  test(`schedules find the mistake: ${defect}`, async () => {
    await assert.rejects(runSchedules(shopSubject(defect as Defect), { runs: 3000, seed: 1 }), message)
  })
}
