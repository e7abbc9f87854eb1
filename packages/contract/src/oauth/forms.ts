import { Parser } from 'htmlparser2'
import type { SignIn } from './settings.ts'

interface Field {
  name: string
  type: string
  value: string
  autocomplete: string
  isChecked: boolean
  isRequired: boolean
}

interface Button {
  name: string
  value: string
  label: string
  /** Where it sends the form, if not to the form's own address. */
  action: string | undefined
  method: string | undefined
}

/** A form of a page, as far as it can be filled in without scripts. */
export interface Form {
  action: string
  method: string
  fields: Field[]
  buttons: Button[]
}

export function formsOf(html: string): Form[] {
  const forms: Form[] = []
  const byId = new Map<string, Form>()
  const outside: { id: string; add: (form: Form) => void }[] = []
  let form: Form | undefined
  let button: Button | undefined
  let select: Field | undefined
  let area: Field | undefined
  const put = (id: string | undefined, add: (form: Form) => void) => {
    if (id !== undefined) outside.push({ id, add })
    else if (form) add(form)
  }
  const parser = new Parser({
    onopentag(tag, attributes) {
      const { name = '', value = '', autocomplete = '', form: owner } = attributes
      const type = (attributes.type ?? '').toLowerCase()
      if (tag === 'form') {
        form = {
          action: attributes.action ?? '',
          method: (attributes.method ?? 'get').toLowerCase(),
          fields: [],
          buttons: [],
        }
        forms.push(form)
        if (attributes.id) byId.set(attributes.id, form)
      }
      if ('disabled' in attributes) return
      const field: Field = {
        name,
        type: tag === 'input' ? type : tag,
        value,
        autocomplete,
        isChecked: 'checked' in attributes,
        isRequired: 'required' in attributes,
      }
      const isButton =
        tag === 'button' ? type !== 'button' && type !== 'reset' : tag === 'input' && /^(submit|image)$/.test(type)
      if (isButton) {
        const made: Button = {
          name,
          value,
          label: `${name} ${value} ${attributes.id ?? ''} ${attributes['aria-label'] ?? ''} `,
          action: attributes.formaction,
          method: attributes.formmethod?.toLowerCase(),
        }
        button = made
        put(owner, (one) => one.buttons.push(made))
      } else if (tag === 'input' && name !== '' && !/^(button|reset|file)$/.test(type))
        put(owner, (one) => one.fields.push(field))
      else if ((tag === 'select' || tag === 'textarea') && name !== '') {
        put(owner, (one) => one.fields.push(field))
        if (tag === 'select') select = field
        else area = field
      } else if (tag === 'option' && select && (field.value !== '' || select.value === ''))
        if (select.value === '' || 'selected' in attributes) select.value = value
    },
    ontext(text) {
      if (button) button.label += text
      if (area) area.value += text
    },
    onclosetag(tag) {
      if (tag === 'button') button = undefined
      if (tag === 'input') button = undefined
      if (tag === 'select') select = undefined
      if (tag === 'textarea') area = undefined
      if (tag === 'form') form = undefined
    },
  })
  parser.end(html)
  for (const { id, add } of outside) {
    const owner = byId.get(id)
    if (owner) add(owner)
  }
  return forms
}

/** Where a page goes by itself, without a person: a meta refresh, or a script that only sets the location. */
export function scriptedRedirect(html: string): string | undefined {
  const meta = /<meta[^>]+http-equiv=["']?refresh["']?[^>]*content=["']\s*\d+\s*;\s*url=([^"']+)/i.exec(html)?.[1]
  const script = /<script[^>]*>[^<]*\blocation(?:\.href)?\s*(?:=|\.(?:replace|assign)\()\s*["'`]([^"'`]+)["'`]/i.exec(
    html,
  )?.[1]
  const found = meta ?? (/<form/i.test(html) ? undefined : script)
  return found?.replaceAll('&amp;', '&').replaceAll('\\/', '/').replaceAll('\\u0026', '&').trim()
}

const leadsAway =
  /den(y|ied)|cancel|abort|abandon|reject|refuse|decline|disallow|not allow|don.?t allow|\bno\b|another|different|switch|sign.?(up|out)|log.?out|regist|create|forgot|reset|resend|back|search|google|github|facebook|apple|microsoft|passkey|webauthn/i
const refuses = /den(y|ied)|cancel|abort|reject|refuse|decline|disallow|not allow|don.?t allow|\bno\b/i

export interface FilledForm {
  filled: URLSearchParams
  action: string
  method: string
  isRefusal: boolean
}

/** The form of a page that leads on, filled in: one with a password comes first, and one that only searches comes last. */
export function bestForm(
  forms: readonly Form[],
  signIn: SignIn | undefined,
  isRefused = false,
): FilledForm | undefined {
  const ranked = forms
    .map((form, index) => ({ form, index, rank: rankOf(form) }))
    .sort((a, b) => b.rank - a.rank || a.index - b.index)
  for (const { form } of ranked) {
    const hasPassword = form.fields.some(({ type }) => type === 'password')
    const button = form.buttons.find(({ label }) => isRefused && !hasPassword && refuses.test(label))
    const filled = fillIn(form, signIn, button)
    if (filled) return filled
  }
  return undefined
}

function rankOf({ method, fields, buttons }: Form): number {
  const has = (type: RegExp) => fields.some((one) => type.test(one.type))
  if (has(/^password$/)) return 4
  if (has(/^search$/) || fields.some(({ name }) => /^(q|query|search|lang|locale)$/i.test(name))) return 0
  if (has(/^(email|text|tel|)$/)) return method === 'post' ? 3 : 1
  return method === 'post' ? 3 : buttons.length > 0 ? 2 : 1
}

/** What a person would send to sign in or to consent. Undefined where the form does something else. */
export function fillIn(form: Form, signIn: SignIn | undefined, pressed?: Button): FilledForm | undefined {
  const button = pressed ?? form.buttons.find(({ label }) => !leadsAway.test(label))
  if (form.buttons.length > 0 && !button) return undefined
  const filled = new URLSearchParams()
  const chosen = new Set<string>()
  for (const { name, type, value, autocomplete, isRequired } of form.fields) {
    if (/^(password|email|text|tel|url|number|search|textarea|)$/.test(type)) {
      const isPassword = type === 'password'
      // What the page has filled in already, such as the user on the page of the password.
      if (!isPassword && value !== '' && !/user|mail|login|account|identifier/i.test(name)) {
        filled.append(name, value)
        continue
      }
      if (!signIn && (isPassword || isRequired || isName(name, type, autocomplete))) return undefined
      if (/new-password/.test(autocomplete)) return undefined
      if (isPassword) filled.append(name, signIn?.password ?? '')
      else if (isName(name, type, autocomplete) || isLonely(form)) filled.append(name, signIn?.username ?? '')
      else filled.append(name, value)
    } else if (type === 'radio') {
      const group = form.fields.filter((one) => one.type === 'radio' && one.name === name)
      const wanted = group.find((one) => one.isChecked) ?? group.find((one) => !leadsAway.test(one.value)) ?? group[0]
      if (!chosen.has(name) && wanted) filled.append(name, wanted.value)
      chosen.add(name)
    } else filled.append(name, type === 'checkbox' && value === '' ? 'on' : value)
  }
  if (button && button.name !== '') filled.append(button.name, button.value)
  return {
    filled,
    action: button?.action ?? form.action,
    method: button?.method ?? form.method,
    isRefusal: pressed !== undefined,
  }
}

const isName = (name: string, type: string, autocomplete: string): boolean =>
  type === 'email' || /username|email/.test(autocomplete) || /user|mail|login|account|identifier|name|^id$/i.test(name)

/** Whether a form has one field for text, which is then the name of the user. */
const isLonely = ({ fields }: Form): boolean =>
  fields.filter(({ type }) => /^(email|text|tel|)$/.test(type)).length === 1
