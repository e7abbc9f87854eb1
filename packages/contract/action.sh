#!/usr/bin/env bash
# The step of the GitHub Action in action.yml. Its inputs are environment variables that the command reads by itself.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
report=$RUNNER_TEMP/contract-report.json

# The action is a checkout of this repository without its packages.
if ! [ -e "$root/packages/contract/node_modules" ]; then
  (cd "$root" && npx -y pnpm@12.21.0 install --frozen-lockfile --filter '@reference-plugins/contract...')
fi

reporters=(--reporter github --reporter "markdown:$GITHUB_STEP_SUMMARY" --reporter "json:$report")
[ -z "${SARIF:-}" ] || reporters+=(--reporter "sarif:$SARIF")
words=()
[ -z "${CONTRACT_URL:-}" ] || words+=("$CONTRACT_URL")
if [ -n "${CONTRACT_DOCUMENTS:-}" ]; then
  mapfile -t files < <(printf '%s\n' "$CONTRACT_DOCUMENTS" | sed '/^[[:space:]]*$/d')
  words+=(--files "${files[@]}")
fi

rm -f "$report"
code=0
node --disable-warning=ExperimentalWarning "$root/packages/contract/bin/contract.ts" "${words[@]}" "${reporters[@]}" || code=$?

if [ -e "$report" ]; then
  node -e '
    const reports = [JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"))].flat()
    const findings = reports.flatMap((one) => one.findings)
    const count = (severity) => findings.filter((one) => one.severity === severity).length
    console.log(`errors=${count("error")}`)
    console.log(`warnings=${count("warning")}`)
    console.log(`untested=${reports.flatMap((one) => one.untested).length}`)
    console.log(`report=${process.argv[1]}`)
  ' "$report" >> "$GITHUB_OUTPUT"
fi
exit "$code"
