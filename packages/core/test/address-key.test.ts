import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addressKey } from '../src/index.ts'
import { openShop, serveShop } from './fixture.ts'

/** The forms in which an address may be written. */
const forms = (address: string, isV6: boolean) => [
  address,
  address.toUpperCase(),
  ` ${address} `,
  `"${address}"`,
  ...(isV6
    ? [`[${address}]`, `[${address}]:4711`, `"[${address}]:4711"`, `${address}%eth0`, `[${address}%25en0]:1`]
    : []),
  ...(isV6 ? [] : [`${address}:4711`, `${address}:`, `"${address}:80"`, `::ffff:${address}`, `[::FFFF:${address}]:9`]),
]

test('an IPv4 address has one key in every form', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const [a, b, c, d] = address.split('.').map(Number) as [number, number, number, number]
      const mapped = `::ffff:${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
      for (const form of [...forms(address, false), mapped, `[${mapped}]:443`, `0:0:0:0:0:ffff:${address}`])
        assert.equal(addressKey(form), address, form)
    }),
  )
})

const part = fc.integer({ min: 1, max: 0xffff }).map((value) => value.toString(16))
const prefix = fc.tuple(part, part, part, part).map((parts) => parts.join(':'))
const rest = fc.oneof(
  fc.tuple(part, part, part, part).map((parts) => `:${parts.join(':')}`),
  part.map((last) => `::${last}`),
  fc.constant('::'),
)

test('all addresses of one /64 have one key, in every form, and another /64 has another', () => {
  fc.assert(
    fc.property(prefix, rest, rest, prefix, (own, one, two, other) => {
      const key = addressKey(`${own}::1`)
      for (const form of [...forms(own + one, true), ...forms(own + two, true)])
        assert.equal(addressKey(form), key, form)
      if (own !== other) assert.notEqual(addressKey(other + one), key)
    }),
  )
})

test('text that is not an address has one key', () => {
  for (const text of [
    '',
    'unknown',
    '_hidden',
    '203.0.113.1.5',
    '010.0.0.1',
    '0x7f.1',
    '[::1',
    ':::',
    '1.2.3.4:x',
    ':80',
  ])
    assert.equal(addressKey(text), 'unknown', text)
  fc.assert(fc.property(fc.string(), (text) => typeof addressKey(text) === 'string'))
})

test('calls are counted by /64, and without the port that a proxy adds', async () => {
  for (const address of [
    (call: number) => `2001:db8:1:2::${call}`,
    (call: number) => `203.0.113.51:${40_000 + call}`,
    (call: number) => (call % 2 ? '::ffff:198.51.100.9' : '198.51.100.9'),
    (call: number) => `[2001:db8:1:3:${call}::1]:${call}`,
  ]) {
    const { api } = await serveShop(openShop(), { rateLimit: 5, proxies: 1 })
    for (let call = 0; call < 7; call++)
      await api
        .get('/things?word=a')
        .set('X-Forwarded-For', address(call))
        .expect(call < 5 ? 200 : 429)
    await api.get('/things?word=a').set('X-Forwarded-For', '2001:db8:9::1').expect(200)
  }
})
