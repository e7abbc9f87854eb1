import type { Migrations } from '../../src/index.ts'

/** Tables with everything that a move must keep: references, triggers, numbers of the engine and a full-text index. */
export const programMigrations: Migrations = {
  tables: {
    sqlite: `
      CREATE TABLE word (number INTEGER PRIMARY KEY, book TEXT NOT NULL REFERENCES author_book ON DELETE CASCADE, text TEXT);
      CREATE TABLE author_book (id TEXT PRIMARY KEY, length REAL, cover BLOB, "order" INTEGER NOT NULL);
      CREATE VIRTUAL TABLE word_text USING fts5 (text, content = '', contentless_delete = 1);`,
    postgres: `
      CREATE TABLE author_book (id TEXT PRIMARY KEY, length REAL, cover BLOB, "order" INTEGER NOT NULL);
      CREATE TABLE word (
        number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, book TEXT NOT NULL REFERENCES author_book ON DELETE CASCADE, text TEXT
      );
      CREATE TABLE word_text (number BIGINT PRIMARY KEY, words tsvector)`,
  },
  built: 'CREATE TABLE full_text (name TEXT PRIMARY KEY)',
  trigger: {
    sqlite: `
      CREATE TRIGGER no_draft BEFORE INSERT ON author_book WHEN NEW.id LIKE 'draft%' BEGIN SELECT RAISE(IGNORE); END`,
    postgres: `
      CREATE FUNCTION ignore_draft() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN IF NEW.id LIKE 'draft%' THEN RETURN NULL; END IF; RETURN NEW; END $$;
      CREATE TRIGGER no_draft BEFORE INSERT ON author_book FOR EACH ROW EXECUTE FUNCTION ignore_draft()`,
  },
}
