/// <reference types="node" />
/** The client against mosquitto, a process of its own. */
import { connecting } from "../support/broker-tests/connecting.js"
import { messages } from "../support/broker-tests/messages.js"
import { sessions } from "../support/broker-tests/sessions.js"
import { Subject } from "../support/broker-tests/setting.js"
import { subscribing } from "../support/broker-tests/subscribing.js"
import { Mosquitto, withoutMosquitto } from "../support/mosquitto.js"

const mosquitto = new Subject("mosquitto", (options) => Mosquitto.start(options), withoutMosquitto())

connecting(mosquitto)
messages(mosquitto)
subscribing(mosquitto)
sessions(mosquitto)
