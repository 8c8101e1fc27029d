// Preloaded into a peer that would listen on every address: a benchmark serves this machine only.
'use strict';
const net = require('node:net');
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (...args) {
    if (typeof args[0] === 'object' && args[0] !== null && 'port' in args[0]) args[0] = {...args[0], host: '127.0.0.1'};
    else if (typeof args[0] === 'number' || typeof args[0] === 'string')
        args = [{port: Number(args[0]), host: '127.0.0.1'}, ...args.slice(1).filter((arg) => typeof arg === 'function')];
    return listen.apply(this, args);
};
