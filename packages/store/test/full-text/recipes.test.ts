import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDatabase } from '../../src/index.ts'
import { temporaryDatabase } from '../../src/temporary.ts'
import { addRecipe, createRecipeIndex, findRecipes, recipeMigrations } from './recipes.ts'

test('the example in the README finds recipes', async () => {
  const database = await openDatabase(temporaryDatabase(), recipeMigrations)
  const index = createRecipeIndex(database)
  await index.prepare()
  await addRecipe(database, index, { key: 1, cook: 'ada', title: 'Brot', text: 'Mehl, Wasser und Salz' })
  await addRecipe(database, index, { key: 2, cook: 'ada', title: '面包', text: '面粉 und Salz' })
  await addRecipe(database, index, { key: 3, cook: 'bob', title: 'Salz', text: '' })
  assert.deepEqual(await findRecipes(index, 'ada', 'salz'), [2, 1])
  assert.deepEqual(await findRecipes(index, 'ada', '面粉'), [2])
  await database.close()
})
