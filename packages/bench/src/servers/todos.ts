const lists = new Map<string, string[]>()

/** The todos of the servers that keep them in memory. */
export const todos = {
  read: (username: string): string[] => lists.get(username) ?? [],

  add(username: string, todo: string): void {
    const list = lists.get(username)
    if (list) list.push(todo)
    else lists.set(username, [todo])
  },
}
