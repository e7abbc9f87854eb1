import assert from 'node:assert/strict'

interface Cookie {
  value: string
  path: string
}

/** As much of a browser as pages without scripts need: cookies, redirects and forms. */
export class Browser {
  readonly #cookies = new Map<string, Cookie>()
  readonly #site: string
  url = ''
  status = 0
  headers = new Headers()
  page = ''

  /** @param site the address of the plugin, which may have a path */
  constructor(site: string) {
    this.#site = site
  }

  /**
   * Follows redirects as long as they stay on the site. Answers where it ended up, or was sent to.
   * @param url absolute, or a path of the plugin
   */
  async open(url: string, init: RequestInit = {}): Promise<string> {
    let next = url.startsWith('/') ? `${this.#site}${url}` : url
    let request = init
    for (let hops = 0; hops < 10; hops++) {
      const answer = await fetch(next, {
        ...request,
        redirect: 'manual',
        headers: { ...request.headers, cookie: this.#cookieHeader(new URL(next).pathname) },
      })
      this.#keep(answer)
      const location = answer.headers.get('location')
      this.url = next
      this.status = answer.status
      this.headers = answer.headers
      this.page = await answer.text()
      if (location === null) return next
      next = new URL(location, next).href
      if (!next.startsWith(`${this.#site}/`)) return next
      request = {}
    }
    throw new Error(`too many redirects at ${next}`)
  }

  /** Sends the page's form, as a click on the button with that value does. */
  submit(action: string, fields: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<string> {
    assert.ok(this.page.includes(`value="${action}"`), this.page.replace(/<style>.*<\/style>/s, ''))
    return this.open(this.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: new URL(this.#site).origin,
        'sec-fetch-site': 'same-origin',
        ...headers,
      },
      body: new URLSearchParams({ ...fields, action }),
    })
  }

  cookie(name: string): string | undefined {
    return Array.from(this.#cookies).find(([key]) => key.startsWith(`${name} `))?.[1].value
  }

  /** The paths of all cookies. */
  get cookiePaths(): string[] {
    return Array.from(this.#cookies.values(), ({ path }) => path)
  }

  #cookieHeader(path: string): string {
    return Array.from(this.#cookies)
      .filter(([, cookie]) => path.startsWith(cookie.path))
      .map(([key, { value }]) => `${key.split(' ')[0]}=${value}`)
      .join('; ')
  }

  #keep(answer: Response): void {
    for (const line of answer.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split('; ')
      const [name, value = ''] = pair.split(/=(.*)/s)
      const path = attributes.find((one) => /^path=/i.test(one))?.slice(5) ?? '/'
      const gone = attributes.some((one) => /^max-age=0$/i.test(one) || /^expires=Thu, 01 Jan 1970/i.test(one))
      if (gone) this.#cookies.delete(`${name} ${path}`)
      else this.#cookies.set(`${name} ${path}`, { value, path })
    }
  }
}
