/** The parts of camelCase, HTTPName, snake_case, kebab-case and dotted.names; together they are the name. */
export const wordsOf = (name: string): string[] =>
  name.split(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|(?<=[_\-./:])(?=[^_\-./:])/u)
