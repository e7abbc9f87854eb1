import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isDeceptive, nameKey, shownName, userNameFault } from '../src/name.ts'
import { passwordFault } from '../src/password-choice.ts'

const name = fc.string({ unit: 'binary', maxLength: 80 })
const hidden = [
  ...['\u0000', '\u0007', '\n', '\r', '\t', '\u007F', '\u0085', '\u2028', '\u2029'],
  ...['\u061C', '\u200E', '\u200F', '\u202A', '\u202E', '\u2066', '\u2067', '\u2069'],
  ...['\u00AD', '\u034F', '\u115F', '\u1160', '\u17B4', '\u180E', '\u200B', '\u200C', '\u200D', '\u2060', '\u2800'],
  ...['\u3164', '\uFE0F', '\uFEFF', '\uFFA0', '\u{E0001}', '\u{E0041}', '\u{1D173}', '\uE000', '\uD800', '\uFFFE'],
]

test('the key of a name is the key of every form of it', () => {
  fc.assert(
    fc.property(name, (one) => {
      const key = nameKey(one)
      assert.equal(nameKey(key), key)
      for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const) assert.equal(nameKey(one.normalize(form)), key)
      assert.equal(nameKey(shownName(one)), key)
      assert.equal(nameKey(`  ${one}\u3000`), key)
    }),
  )
  const letters = fc.string({ unit: fc.constantFrom(...'abcxyzäöüéñçåøжшяЖШЯ') })
  fc.assert(fc.property(letters, (one) => assert.equal(nameKey(one.toUpperCase()), nameKey(one))))
})

test('a name with a character that is hidden or turns the text around is refused, wherever it stands', () => {
  const around = fc.string({ unit: fc.constantFrom(...'abc 123 _ñж中') })
  fc.assert(
    fc.property(around, fc.constantFrom(...hidden), around, (before, one, after) => {
      const whole = `a${before}${one}${after}z`
      assert.ok(isDeceptive(whole))
      assert.ok(userNameFault(whole))
    }),
  )
})

test('names of people and apps of all scripts are taken', () => {
  for (const person of ['ada', 'Ada L.', 'José', 'Иван', '山田太郎', 'محمد', 'नेहा', 'Nguyễn', 'ada+x@example.com', 'à'])
    assert.equal(userNameFault(person), undefined, person)
  for (const app of ['Claude', 'n8n — flows', '❤️ Notes', '👩‍💻 Code', 'Tool ⚙️', 'نص', '日本語 (β)', 'R&D <b>'])
    assert.equal(isDeceptive(app), false, app)
  assert.ok(isDeceptive(`a${'\u0301'.repeat(5)}`), 'marks that cover other lines')
  for (const bad of ['', ' ', ' \u3000', 'x'.repeat(65), '<b>', '-a', 'a/b']) assert.ok(userNameFault(bad), bad)
})

test('a common password, and the own name, are refused in any form', () => {
  for (const common of [
    ...['password', 'PASSWORD', 'Password1!', 'ｐａｓｓｗｏｒｄ', 'passw0rd', '12345678', '1234567890', 'qwertyuiop'],
    ...['iloveyou', 'sunshine', 'football1', 'aaaaaaaa', '12341234', 'abcabcabc', 'baseball2026', '111111111111'],
    ...['12345678!', '(11223344)', '!!!!!!!!'],
  ])
    assert.match(passwordFault(common, 'ada') ?? '', /most common/, common)
  for (const own of ['Ada Lovelace', 'adalovelace', 'ADA-LOVELACE', 'ada lovelace 1815', 'ＡｄａLovelace'])
    assert.match(passwordFault(own, 'Ada Lovelace') ?? '', /user name/, own)
  assert.match(passwordFault('short', 'ada') ?? '', /at least 8/)
  assert.match(passwordFault('x'.repeat(201), 'ada') ?? '', /at most 200/)
  for (const good of [
    'correct horse battery',
    'ada likes 3 green teapots',
    'tr0ub4dor&3x',
    '密码很长很难猜到的',
    '8452-1937-6620',
    '748291046385',
    '🐎🔋📎🧭🎈🔋🐌🥁',
  ])
    assert.equal(passwordFault(good, 'ada'), undefined, good)
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), name, (one, own) => void passwordFault(one, own)),
  )
})
