/** Runs inside a namespace. `listen PORT…`: servers that count and echo; `connect JSON`: tries one connection. */
import {createSocket} from 'node:dgram'
import net from 'node:net'

const [verb, ...words] = process.argv.slice(2)

if (verb === 'listen') listen(words.map(Number))
else if (verb === 'connect') await connect(JSON.parse(words[0] ?? '{}') as ConnectOrder)
else if (verb === 'hold') await hold(JSON.parse(words[0] ?? '{}') as ConnectOrder)
else if (verb === 'deaf')
  deaf(JSON.parse(words[0] ?? '{}') as {readonly port: number; readonly backlog: number})
else if (verb === 'echo') echo(Number(words[0]))
else if (verb === 'echoed') await echoed(JSON.parse(words[0] ?? '{}') as ConnectOrder)
else if (verb === 'mirror') mirror(Number(words[0]))
else if (verb === 'ask') ask(JSON.parse(words[0] ?? '{}') as ConnectOrder)
else await push(JSON.parse(words[0] ?? '{}') as ConnectOrder & {readonly ms: number})

interface ConnectOrder {
  readonly host: string
  readonly port: number
  readonly timeout: number
}

function listen(ports: readonly number[]): void {
  let open = 0
  for (const port of ports) {
    const server = net.createServer((socket) => {
      socket.on('error', () => {})
      socket.resume()
    })
    server.listen({port, host: '::'}, () => {
      open += 1
      if (open === ports.length) process.stdout.write('ready\n')
    })
  }
}

async function connect({host, port, timeout}: ConnectOrder): Promise<void> {
  const code = await new Promise<string>((resolve) => {
    const socket = net.connect({host, port})
    const timer = setTimeout(() => resolve('silence'), timeout)
    socket.once('connect', () => resolve('connected'))
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'))
    socket.once('close', () => clearTimeout(timer))
  })
  process.stdout.write(`${JSON.stringify(code)}\n`)
  process.exit(0)
}

/** Stays connected and sends a byte now and then; prints the code that ends it. */
async function hold({host, port, timeout}: ConnectOrder): Promise<void> {
  const socket = net.connect({host, port})
  socket.once('connect', () => {
    process.stdout.write('ready\n')
    setInterval(() => socket.write('x'), 20)
  })
  const code = await new Promise<string>((resolve) => {
    setTimeout(() => resolve('silence'), timeout)
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'))
  })
  process.stdout.write(`${code}\n`)
  process.exit(0)
}

/** Writes as fast as it can be sent for a while. */
async function push({host, port, ms}: ConnectOrder & {readonly ms: number}): Promise<void> {
  const socket = net.connect({host, port})
  socket.on('error', () => {})
  const block = Buffer.alloc(64 * 1024)
  const write = (): void => {
    while (socket.write(block));
  }
  socket.on('drain', write)
  socket.once('connect', () => {
    process.stdout.write('ready\n')
    write()
  })
  setTimeout(() => process.exit(0), ms)
}

/** Listens, and hangs before it has taken a connection: what comes fills the kernel's queue. */
function deaf({port, backlog}: {readonly port: number; readonly backlog: number}): void {
  net.createServer().listen({port, host: '::', backlog}, () => {
    process.stdout.write('ready\n', () => process.kill(process.pid, 'SIGSTOP'))
  })
}

/** Tells everybody as which port it sees them. */
function mirror(port: number): void {
  const socket = createSocket('udp4')
  socket.on('message', (_, from) => socket.send(String(from.port), from.port, from.address))
  socket.bind(port, () => process.stdout.write('ready\n'))
}

/** Asks a mirror again and again from one socket, and prints each answer; ready with the first one. */
function ask({host, port}: ConnectOrder): void {
  const socket = createSocket('udp4')
  let ready = false
  socket.on('message', (data) => {
    process.stdout.write(`${data.toString()}\n`)
    if (!ready) process.stdout.write('ready\n')
    ready = true
  })
  setInterval(() => socket.send('?', port, host), 50)
}

function echo(port: number): void {
  const server = net.createServer((socket) => {
    socket.on('error', () => {})
    socket.pipe(socket)
  })
  server.listen({port, host: '::'}, () => process.stdout.write('ready\n'))
}

/** Whether a byte comes back. */
async function echoed({host, port, timeout}: ConnectOrder): Promise<void> {
  const socket = net.connect({host, port})
  const answer = await new Promise<string>((resolve) => {
    setTimeout(() => resolve('silence'), timeout)
    socket.once('connect', () => socket.write('x'))
    socket.once('data', () => resolve('echoed'))
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'))
  })
  process.stdout.write(`${answer}\n`)
  process.exit(0)
}
