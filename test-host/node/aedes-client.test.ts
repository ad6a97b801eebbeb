/// <reference types="node" />
/** The client against aedes, in this process. */
import { AedesBroker } from "../support/aedes.js"
import { connecting } from "../support/broker-tests/connecting.js"
import { messages } from "../support/broker-tests/messages.js"
import { sessions } from "../support/broker-tests/sessions.js"
import { Subject } from "../support/broker-tests/setting.js"
import { subscribing } from "../support/broker-tests/subscribing.js"

const aedes = new Subject("aedes", (options) => AedesBroker.start(options))

connecting(aedes)
messages(aedes)
subscribing(aedes)
sessions(aedes)
