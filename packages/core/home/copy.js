// The buttons that copy the code beside them.

export function copyButton(label) {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'button copy'
  const unseen = document.createElement('span')
  unseen.className = 'unseen'
  unseen.textContent = ` ${label}`
  button.append('Copy', unseen)
  start(button)
  return button
}

export function startCopying() {
  for (const button of document.querySelectorAll('button.copy')) {
    button.hidden = false
    start(button)
  }
}

function start(button) {
  const word = button.firstChild
  button.addEventListener('click', async () => {
    const code = button.parentElement.querySelector('code')
    try {
      await navigator.clipboard.writeText(code.textContent)
      word.textContent = 'Copied'
    } catch {
      // Without https a page may not write to the clipboard: the text is selected instead.
      getSelection().selectAllChildren(code)
      word.textContent = 'Selected'
    }
    setTimeout(() => {
      word.textContent = 'Copy'
    }, 2000)
  })
}
