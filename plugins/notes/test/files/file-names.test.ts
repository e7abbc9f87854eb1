import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import { character } from '@reference-plugins/testing/fuzz'
import fc from 'fast-check'
import { encode } from 'iconv-lite'
import { baseName, readNames, unicodePath } from '../../src/files/file-names.ts'

const words = {
  cp936:
    '购物 清单 会议 记录 读书 旅行 计划 菜谱 工作 总结 家庭 账单 健康 学习 数学 项目 需求 设计 音乐 推荐 北京 朋友 周末',
  cp932:
    '買い物 メモ 会議 日記 旅行の計画 レシピ 読書記録 仕事 家族 誕生日 プレゼント 音楽 東京 連絡先 電話 病院 アイデア 表示 予定 ソフト',
  cp950:
    '購物 清單 會議 記錄 讀書 筆記 旅行 計畫 食譜 工作 家庭 帳單 健康 學習 數學 專案 設計 電影 音樂 推薦 朋友 週末',
  cp437:
    'Überlegungen für Café résumé Schön Größe Straße naïve élève mañana Österreich Gemüse Frühstück Händler tâches',
  cp850: 'São-Paulo João Københav informações Überlegungen Frühstück coração Lørdag português',
  cp1252: 'Überlegungen Müller Größe João coração idées Frühstück São-Paulo português',
  cp866: 'Заметки Список покупок Рецепты Дневник встреча работа книги фильмы музыка семья рождения путешествие',
  cp1251: 'Заметки Список покупок Рецепты Дневник встреча работа книги фильмы музыка семья рождения путешествие',
}

const legacyNames = fc.constantFrom(...Object.entries(words)).chain(([encoding, list]) =>
  fc.record({
    encoding: fc.constant(encoding),
    names: fc.array(
      fc
        .array(fc.constantFrom(...list.split(' ')), { minLength: 1, maxLength: 3 })
        .map((parts) => `${parts.join(' ')}.md`),
      { minLength: 1, maxLength: 8 },
    ),
  }),
)

test('names in the encodings of old programs are read, and said to be a guess, or are not read', () => {
  let all = 0
  let unread = 0
  fc.assert(
    fc.property(legacyNames, ({ encoding, names }) => {
      const read = readNames(names.map((name) => ({ bytes: encode(name, encoding) })))
      for (const [index, { text, guessed, unread: possible }] of read.entries()) {
        all++
        if (possible) unread++
        else {
          assert.equal(text, names[index])
          assert.ok(guessed)
        }
      }
    }),
    { numRuns: 1000 },
  )
  assert.ok(unread < all * 0.1, `${unread} of ${all}`)
})

test('names in an encoding that is not known are not read as another one', () => {
  for (const [encoding, list] of Object.entries({
    cp1254: 'Alışveriş Görüşme Gündüz şarkılar Çalışma günlüğü İşler Öğrenci',
    cp857: 'Alışveriş Görüşme Gündüz şarkılar Çalışma günlüğü İşler Öğrenci',
    cp1253: 'Σημειώσεις Κατάλογος Συνταγές Ημερολόγιο συνάντηση οικογένεια',
    cp737: 'Σημειώσεις Κατάλογος Συνταγές Ημερολόγιο συνάντηση οικογένεια',
    cp1255: 'רשימה מתכונים פגישה עבודה ספרים מוזיקה משפחה',
    cp862: 'רשימה מתכונים פגישה עבודה ספרים מוזיקה משפחה',
    cp852: 'Żółta łódź września zakupów książki',
  }))
    for (const name of list.split(' ')) {
      const [read] = readNames([{ bytes: encode(`${name}.md`, encoding) }])
      assert.ok(read?.unread || read?.text === `${name}.md`, `${encoding}: ${name} as ${read?.text}`)
    }
})

test('the names of an archive are judged together', () => {
  const read = (encoding: string, ...names: string[]) =>
    readNames(names.map((name) => ({ bytes: encode(name, encoding) }))).map(({ text }) => text)
  // Two signs alone could be of three languages.
  assert.deepEqual(readNames([{ bytes: encode('笔记.md', 'cp936') }]), [
    { text: '%B1%CA%BC%C7.md', unread: ['GBK', 'Big5', 'EUC-KR'] },
  ])
  assert.deepEqual(read('cp936', '笔记.md', '购物清单.md', 'plain.md'), ['笔记.md', '购物清单.md', 'plain.md'])
  // These bytes are UTF-8 by chance.
  assert.deepEqual(read('cp936', '隆隆.md', '购物清单.md'), ['隆隆.md', '购物清单.md'])
  assert.deepEqual(readNames([{ bytes: encode('学习.md', 'cp936') }]), [{ text: '学习.md', guessed: 'GBK' }])
  assert.deepEqual(read('cp936', '学习.md', '购物清单.md'), ['学习.md', '购物清单.md'])
  for (const name of ['für.md', 'Список.md', 'Їжак.md', 'λίστα.md', 'רשימה.md', 'قائمة.md', '¡Hola!.md', 'µs.md'])
    assert.deepEqual(read('utf8', name), [name])
  // A backslash is the second byte of this sign.
  assert.deepEqual(read('cp932', '買い物ソ.md'), ['買い物ソ.md'])
})

test('any name in UTF-8 is read, with and without the mark', () => {
  const name = fc.string({ unit: character, minLength: 1, maxLength: 20 }).map((name) => name.replace(/^\ufeff/, 'x'))
  fc.assert(
    fc.property(fc.array(name), fc.boolean(), (names, isMarked) => {
      // Characters of any two scripts in one name could be of another encoding.
      if (!isMarked && !names.some((name) => /[\u0800-\u{10ffff}]/u.test(name))) return
      const raw = names.map((name) => Buffer.from(name)).map((bytes) => ({ bytes, utf8: isMarked ? bytes : undefined }))
      assert.deepEqual(
        readNames(raw),
        names.map((text) => ({ text })),
      )
    }),
  )
})

test('names of any bytes are read or shown', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 12 })), (names) => {
      const read = readNames(names.map((bytes) => ({ bytes })))
      assert.equal(read.length, names.length)
      for (const { text } of read) assert.ok(text.isWellFormed())
    }),
    { numRuns: 1000 },
  )
})

test('the name that Info-ZIP adds counts if it belongs to the entry', () => {
  const name = encode('für.md', 'cp437')
  const field = (of: Buffer, version = 1) => {
    const data = Buffer.alloc(5)
    data[0] = version
    data.writeUInt32LE(crc32(of), 1)
    return { id: 0x7075, data: Buffer.concat([data, Buffer.from('für.md')]) }
  }
  assert.equal(String(unicodePath(name, [field(name)])), 'für.md')
  assert.equal(unicodePath(name, [field(Buffer.from('other'))]), undefined)
  assert.equal(unicodePath(name, [field(name, 2)]), undefined)
  assert.equal(unicodePath(name, [{ id: 0x7075, data: Buffer.from([1]) }]), undefined)
})

test('folders are left out', () => {
  assert.equal(baseName('a/b\\c.md'), 'c.md')
  assert.equal(baseName('a/'), '')
})
