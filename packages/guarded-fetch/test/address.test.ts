import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLoopback, isLoopbackUrl, isPublic } from '../src/index.ts'

test('addresses on the internet are public', () => {
  for (const address of [
    '1.1.1.1',
    '8.8.8.8',
    '93.184.216.34',
    '172.15.0.1',
    '172.32.0.1',
    '100.63.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '2a00:1450:4001::200e',
  ])
    assert.ok(isPublic(address), address)
})

test('all other addresses are not', () => {
  for (const address of [
    ...[
      '127.0.0.1',
      '127.255.255.254',
      '0.0.0.0',
      '0.1.2.3',
      '10.0.0.1',
      '10.255.255.255',
      '172.16.0.1',
      '172.31.255.255',
    ],
    ...[
      '192.168.0.1',
      '169.254.169.254',
      '169.254.0.1',
      '100.64.0.1',
      '100.127.255.255',
      '192.0.0.1',
      '192.0.2.1',
      '198.18.0.1',
    ],
    ...[
      '198.51.100.1',
      '203.0.113.1',
      '224.0.0.1',
      '239.255.255.255',
      '240.0.0.1',
      '255.255.255.255',
      '::',
      '::1',
      '::7f00:1',
    ],
    ...[
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      '::ffff:8.8.8.8',
      '::127.0.0.1',
      'fe80::1',
      'fec0::1',
      'fc00::1',
      'fd12:3456::1',
      'ff02::1',
    ],
    ...[
      '2002:7f00:1::',
      '2001:0:4136:e378::',
      '64:ff9b::7f00:1',
      '64:ff9b:1::1',
      '2001:db8::1',
      '100::1',
      '4000::1',
      '8000::1',
    ],
    ...['', 'localhost', 'x', '1.1.1.1.1', '0x7f000001'],
  ])
    assert.ok(!isPublic(address), address)
})

test('this machine has several names', () => {
  for (const host of [
    ...['localhost', 'LOCALHOST', 'localhost.', 'todo.localhost', '127.0.0.1', '127.8.9.10', '::1', '[::1]'],
    ...['::ffff:127.0.0.1', '[::ffff:7f00:1]'],
  ])
    assert.ok(isLoopback(host), host)
})

test('a name that only begins or ends like localhost is another machine', () => {
  for (const host of [
    ...['localhost.example.com', 'notlocalhost', 'example.com', '127.0.0.1.example.com', '127.example.com', ''],
    ...['128.0.0.1', '0.0.0.0', '10.0.0.1', '::', '[::2]'],
  ])
    assert.ok(!isLoopback(host), host)
})

test('only the host decides whether a URL is on this machine', () => {
  for (const url of ['http://localhost:3333', 'https://127.0.0.1/path', 'http://[::1]:80/', 'http://127.1/'])
    assert.ok(isLoopbackUrl(url), url)
  for (const url of [
    ...['https://localhost.example.com', 'http://localhost@example.com/', 'https://example.com/localhost', 'localhost'],
  ])
    assert.ok(!isLoopbackUrl(url), url)
})
