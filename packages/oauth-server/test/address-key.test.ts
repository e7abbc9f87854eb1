import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addressKey } from '../src/address-key.ts'

test('an address counts as itself, with or without a port, and in IPv6 too', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.integer({ min: 1, max: 65_535 }), (address, port) => {
      for (const form of [address, `${address}:${port}`, `::ffff:${address}`, `[::ffff:${address}]:${port}`])
        assert.equal(addressKey(form), address)
    }),
  )
})

test('all addresses of an IPv6 network of 64 bits count as one, and those of others do not', () => {
  const group = fc.integer({ min: 1, max: 0xffff }).map((number) => number.toString(16))
  const four = fc.tuple(group, group, group, group)
  fc.assert(
    fc.property(four, four, four, fc.integer({ min: 1, max: 65_535 }), (network, one, two, port) => {
      const key = addressKey([...network, ...one].join(':'))
      assert.equal(addressKey([...network, ...two].join(':').toUpperCase()), key)
      assert.equal(addressKey(`[${[...network, ...two].join(':')}]:${port}`), key)
      assert.equal(addressKey(`${network.join(':')}::1%eth0`), key)
      const other = [...network.slice(0, 3), (Number.parseInt(network[3], 16) ^ 1).toString(16)]
      assert.notEqual(addressKey([...other, ...one].join(':')), key)
    }),
  )
})
