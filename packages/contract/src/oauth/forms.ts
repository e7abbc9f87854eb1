import { Parser } from 'htmlparser2'

interface Field {
  name: string
  type: string
  value: string
  autocomplete: string
}

interface Button {
  name: string
  value: string
  label: string
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
  let form: Form | undefined
  let button: Button | undefined
  const parser = new Parser({
    onopentag(tag, { name = '', type = '', value = '', action = '', method = 'get', autocomplete = '' }) {
      if (tag === 'form') {
        form = { action, method: method.toLowerCase(), fields: [], buttons: [] }
        forms.push(form)
      }
      const isButton = tag === 'button' ? type !== 'button' : tag === 'input' && /^(submit|image)$/i.test(type)
      if (isButton) {
        button = { name, value, label: `${name} ${value} ` }
        form?.buttons.push(button)
      }
      if (!isButton && tag === 'input' && name !== '' && !/^(button|reset|file)$/i.test(type))
        form?.fields.push({ name, type: type.toLowerCase(), value, autocomplete })
    },
    ontext(text) {
      if (button) button.label += text
    },
    onclosetag(tag) {
      if (tag === 'button') button = undefined
      if (tag === 'form') form = undefined
    },
  })
  parser.end(html)
  return forms
}

const leadsAway =
  /den(y|ied)|cancel|abort|reject|decline|not allow|another|sign.?(up|out)|log.?out|regist|create|forgot/i

/** What a person would send to sign in or to consent. Undefined where the form does something else. */
export function fillIn(
  form: Form,
  signIn: { username: string; password: string } | undefined,
): URLSearchParams | undefined {
  const button = form.buttons.find(({ label }) => !leadsAway.test(label))
  if (form.buttons.length > 0 && !button) return undefined
  const filled = new URLSearchParams()
  const chosen = new Set<string>()
  for (const { name, type, value, autocomplete } of form.fields) {
    if (type === 'password' || type === 'email' || type === 'text' || type === '') {
      if (!signIn) return undefined
      if (/new-password/.test(autocomplete)) return undefined
      filled.append(name, type === 'password' ? signIn.password : signIn.username)
    } else if (type === 'radio') {
      if (!chosen.has(name)) filled.append(name, value)
      chosen.add(name)
    } else filled.append(name, type === 'checkbox' && value === '' ? 'on' : value)
  }
  if (button && button.name !== '') filled.append(button.name, button.value)
  return filled
}
