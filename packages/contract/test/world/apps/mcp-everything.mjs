// The "everything" server of the MCP project.
process.env.PORT = process.argv[2]
await import('@modelcontextprotocol/server-everything/dist/transports/streamableHttp.js')
