// The "simple" example of the MCP SDK.
process.env.MCP_PORT = process.argv[2]
await import('@modelcontextprotocol/sdk/examples/server/simpleStreamableHttp.js')
