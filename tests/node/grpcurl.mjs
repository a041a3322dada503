// The part of grpcurl that the README uses, on grpc-js: list, describe and call by reflection, over TCP or a
// Unix socket. It knows nothing of the contract beforehand.
import { parseArgs } from 'node:util';
import grpc from '@grpc/grpc-js';
import { GrpcReflection } from 'grpc-js-reflection-client';

// grpcurl writes long options with one dash.
const words = process.argv.slice(2).map((word) => (/^-[a-z]{2,}/.test(word) ? `-${word}` : word));
const { values, positionals } = parseArgs({
  args: words,
  allowPositionals: true,
  options: {
    plaintext: { type: 'boolean' },
    unix: { type: 'boolean' },
    authority: { type: 'string' },
    header: { type: 'string', short: 'H', multiple: true, default: [] },
    data: { type: 'string', short: 'd', default: '{}' },
  },
});
const [address, verb, symbol] = positionals;
const target = values.unix ? `unix:${address}` : address;
const options = values.authority ? { 'grpc.default_authority': values.authority } : {};
const metadata = new grpc.Metadata();
for (const line of values.header) {
  const [name, ...rest] = line.split(':');
  metadata.set(name.trim(), rest.join(':').trim());
}
const reflection = new GrpcReflection(target, grpc.credentials.createInsecure(), options);

async function list() {
  console.log((await reflection.listServices('*', metadata)).sort().join('\n'));
}

async function describe() {
  for (const method of await reflection.listMethods(symbol, metadata)) {
    const { requestType, responseType } = method.definition;
    console.log(`rpc ${method.name} ( .${requestType.type.name} ) returns ( .${responseType.type.name} );`);
  }
}

async function call() {
  const [service, method] = verb.split('/');
  const descriptor = await reflection.getDescriptorBySymbol(service, metadata);
  const found = descriptor.getPackageObject({ keepCase: true, longs: String, defaults: false });
  const Client = service.split('.').reduce((inside, name) => inside[name], found);
  const client = new Client(target, grpc.credentials.createInsecure(), options);
  const reply = await new Promise((resolve, reject) =>
    client[method](JSON.parse(values.data), metadata, (error, answer) => (error ? reject(error) : resolve(answer))),
  );
  console.log(JSON.stringify(reply, null, 2));
}

try {
  await ({ list, describe }[verb] ?? call)();
  process.exit(0);
} catch (error) {
  console.error(`${grpc.status[error.code] ?? 'UNKNOWN'}: ${error.details ?? error.message}`);
  process.exit(1);
}
