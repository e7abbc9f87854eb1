import { type Database, FullText, fullTextStep, type Reading } from '../../src/index.ts'

export const recipeMigrations = {
  recipe: 'CREATE TABLE recipe (key INTEGER PRIMARY KEY, cook TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL)',
  'recipe words': fullTextStep('recipe_text'),
}

interface Recipe {
  key: number
  cook: string
  title: string
  text: string
}

const toSearchable = ({ key, cook, title, text }: Recipe) => ({ key, owner: cook, fields: [title, text] })

const read = async (reading: Reading, after: number, count: number) =>
  (await reading.all<Recipe>`SELECT * FROM recipe WHERE key > ${after} ORDER BY key LIMIT ${count}`).map(toSearchable)

/** Call `prepare()` of the index once, before the first search. */
export const createRecipeIndex = (database: Database) =>
  new FullText(database, { table: 'recipe_text', fields: 2, read })

export const addRecipe = (database: Database, index: FullText, recipe: Recipe) =>
  database.transaction(async (transaction) => {
    const { key, cook, title, text } = recipe
    await transaction.run`INSERT INTO recipe (key, cook, title, text) VALUES (${key}, ${cook}, ${title}, ${text})`
    await index.put(transaction, toSearchable(recipe))
  })

/** The keys of the best ten recipes of a cook. */
export const findRecipes = (index: FullText, cook: string, query: string) => index.search(cook, query, 10)
