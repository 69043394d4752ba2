/**
 * The next hop of everything that is measured: a process that reads OTLP/HTTP requests, forgets them
 * and answers 200. It prints its port.
 */
import net from 'node:net'

const ANSWER =
  'HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n'

const server = net.createServer((socket) => {
  let head = ''
  let bodyBytesLeft = 0
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: Buffer) => {
    let at = 0
    while (at < chunk.length) {
      if (bodyBytesLeft === 0) {
        const end = chunk.indexOf('\r\n\r\n', at)
        if (end === -1) {
          head += chunk.toString('latin1', at)
          break
        }
        head += chunk.toString('latin1', at, end)
        at = end + 4
        bodyBytesLeft = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0)
        head = ''
        if (bodyBytesLeft === 0) socket.write(ANSWER)
        continue
      }
      const taken = Math.min(bodyBytesLeft, chunk.length - at)
      at += taken
      bodyBytesLeft -= taken
      if (bodyBytesLeft === 0) socket.write(ANSWER)
    }
    const { buffer, length } = chunk
    if (buffer instanceof ArrayBuffer && buffer.byteLength === length) buffer.transfer(0)
  })
})
server.listen(0, '127.0.0.1', () => {
  process.send!((server.address() as net.AddressInfo).port)
})
process.on('disconnect', () => process.exit())
