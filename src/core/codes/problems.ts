import {problemTable} from './entry.ts'
import {HOST_PROBLEMS} from './hosts.ts'

/** What netdrill itself complains about. */
export const PROBLEMS = problemTable({
  ...HOST_PROBLEMS,
  CONFIG_SYNTAX: {
    title: 'the document is not valid YAML',
    meaning: 'The YAML parser stopped at the given place.',
    advice: ['mend the line under the caret'],
  },
  CONFIG_UNKNOWN_KEY: {
    title: 'unknown key',
    meaning:
      "The document has a key that netdrill doesn't know at this place; ignoring it would hide a slip of the pen.",
    advice: ['use the suggested key, or remove it', 'netdrill schema prints what is allowed'],
  },
  CONFIG_INVALID: {
    title: 'invalid value',
    meaning: 'A value has the wrong type, lacks its unit or is out of range.',
    advice: ['correct the value under the caret'],
  },
  CONFIG_CONDITION: {
    title: 'invalid condition',
    meaning: 'A condition is one comparison: FIELD OPERATOR VALUE, such as rtt.p95 < 50ms.',
    advice: ['check the field name, the operator and the unit of the value'],
  },
  CONFIG_EXPRESSION: {
    title: 'invalid expression of an alert',
    meaning:
      'An alert has a PromQL expression, or a text with places to fill in, that can not be read, or that netdrill does not evaluate.',
    advice: ['mend the part under the caret', 'docs/alerts.md lists what can be used'],
  },
  CONFIG_REFERENCE: {
    title: 'unknown name',
    meaning: "The document refers to a target, policy, fault or node that it doesn't define.",
    advice: ['define it, or use the suggested name'],
  },
  CONFIG_FILE: {
    title: 'file can not be read',
    meaning: 'The file does not exist or is not readable.',
    advice: ['check the path and the permissions'],
  },
  CONFIG_EMPTY: {
    title: 'nothing to do',
    meaning: 'The document, or a list in it, is empty, so nothing would be checked.',
    advice: ['add at least one entry'],
  },
  USAGE_INVALID: {
    title: 'invalid use of the command',
    meaning: 'A flag, argument or their combination is not valid.',
    advice: ['see --help for the command'],
  },
  CAPABILITY_MISSING: {
    title: 'this machine lacks something',
    meaning: 'The feature needs a kernel facility, a right or a program that is not there.',
    advice: ['netdrill doctor lists what is missing and how to get it'],
  },
  PROFILE_SAMPLES: {
    title: 'too little for a link profile',
    meaning:
      'Fewer than 100 answers came, or many samples failed for a reason that is no property of a link; a profile of them would be chance.',
    advice: ['take more samples: --count 1000 --interval 20ms'],
  },
  FAULT_NO_EFFECT: {
    title: 'the fault had no effect',
    meaning:
      'Everything reported success, but read-back, kernel counters or the probes show that the fault was not in force.',
    advice: [
      'check that the scope covers the probed traffic',
      'check that the tc and nft programs are the real ones',
    ],
  },
  FAULT_APPLY: {
    title: 'the fault could not be put in place',
    meaning: 'A step of the plan failed; the steps before it were undone.',
    advice: ['read the message of the failed step', 'netdrill doctor tells what the kernel can do'],
  },
  FAULT_FOREIGN_QDISC: {
    title: 'someone else shapes this interface',
    meaning:
      'The interface has a root qdisc that netdrill did not make, and it was not asked to replace it, or could not put it back exactly. It is left alone.',
    advice: [
      'let it be replaced and put back: --replace-root, or replace_root: true',
      'remove the foreign qdisc yourself, or use another interface',
    ],
  },
  FAULT_OVERLAP: {
    title: 'two faults would shape the same packets',
    meaning:
      'A fault that is in force already shapes packets of this scope on this device, and the two can not be joined.',
    advice: [
      'wait for the end of the other fault, or end it: netdrill fault list',
      'narrow one of the scopes',
    ],
  },
  FAULT_LOCKOUT: {
    title: 'the fault would lock you out',
    meaning: 'The scope covers the address of your own SSH session, the DNS server or the default gateway.',
    advice: ['narrow the scope with --to and --port', 'if you mean it: --allow-lockout'],
  },
  FAULT_BROAD_SCOPE: {
    title: 'the scope is broad',
    meaning: 'The fault would hit everything on an interface, not a named host and port.',
    advice: ['name a destination with --to', 'if you mean it: --allow-broad'],
  },
  FAULT_HALTED: {
    title: 'faults are halted on this machine',
    meaning:
      'Someone stopped all faults with netdrill fault halt; new ones are refused until they are released.',
    advice: ['ask who halted and why: netdrill fault list', 'netdrill fault release'],
  },
  BREAKER_OPEN: {
    title: 'the circuit breaker is open',
    meaning: 'The target failed so often that the policy makes no attempts for a while; then one is tried.',
    advice: [
      'look at the failures before it: they are the reason',
      'netdrill policy show tells when the breaker opens and for how long',
    ],
  },
  OWN_NETWORK_DOWN: {
    title: 'the own network is down',
    meaning:
      'This machine has no link or no route to the target, so attempts wait for a change of the own network. They cost the target nothing.',
    advice: ['look at links, addresses and routes: ip address, ip route', 'check the cable or the Wi-Fi'],
  },
  OWN_NETWORK_SUSPECTED: {
    title: 'the own network is suspected',
    meaning:
      'Most targets of the watch were lost within 10 seconds, which says more about this machine than about each of them. Their attempts take turns instead of starting all at once; the line moves faster as soon as one has succeeded.',
    advice: [
      'look at links, addresses and routes: ip address, ip route',
      'netdrill diagnose one of the targets',
    ],
  },
  LOCAL_SHORTAGE: {
    title: 'this machine lacks resources',
    meaning:
      'Open files, local ports or buffers ran out, so no target is tried for a while: more attempts would make it worse.',
    advice: [
      'raise the limit that was reached: ulimit -n, net.ipv4.ip_local_port_range',
      'probe fewer targets at once',
    ],
  },
  BREAKER_ISOLATED: {
    title: 'the policy cuts the target off',
    meaning: 'Its breaker is set to isolated, so no attempt is made at all.',
    advice: ['take breaker: isolated out of the policy'],
  },
  RETRY_BUDGET: {
    title: 'the budget for retries is used up',
    meaning: 'Too large a share of all attempts were retries, so another one would only add to the load.',
    advice: ['wait until attempts succeed again', 'netdrill policy show tells how large the budget is'],
  },
  PEER_RATE: {
    title: 'too many attempts for this host',
    meaning: 'The policy bounds the attempts per second to one host, and the line in front of it is full.',
    advice: ['probe it less often, or from fewer targets', 'raise peer_rate in the policy'],
  },
  LAB_LOST: {
    title: 'the lab lost a node',
    meaning: 'A process that held a node of a lab ended by itself, so the lab was taken down.',
    advice: [
      'build it again: netdrill lab up',
      'look whether something ends processes here; dmesg tells of a lack of memory',
    ],
  },
  LAB_LEFTOVERS: {
    title: 'a lab could not be taken down',
    meaning: 'The process that keeps the lab could not be ended, so the lab is still there.',
    advice: ['end that process by hand; everything of the lab goes with it'],
  },
  FAULT_LEFTOVERS: {
    title: 'something of a fault remains',
    meaning: 'The undo did not bring back the state from before.',
    advice: ['netdrill fault recover', 'compare by hand: tc qdisc show; nft list ruleset'],
  },
  FAULT_DURATION: {
    title: 'the fault lasts too long',
    meaning: 'A fault must end by itself; the longest allowed duration is 1h.',
    advice: ['give a shorter --for'],
  },
  DRILL_BASELINE: {
    title: 'the service was not steady before the fault',
    meaning:
      'The steady-state conditions were not met in the baseline, so nothing that followed can be judged.',
    advice: ['look at the samples of the baseline in the journal', 'check the targets with netdrill probe'],
  },
  DRILL_INTERVAL: {
    title: 'the probes are too slow for this bound',
    meaning: 'A bound can only be judged when the probe interval is at most a tenth of it.',
    advice: ['probe more often, or loosen the bound'],
  },
  DRILL_LEFT_OUT: {
    title: 'a part of the drill was left out',
    meaning: 'The drill runs on your own system, without its lab; what only the lab has is not watched.',
    advice: ['name a server of your own with --set', 'netdrill drill validate NAME lists the variables'],
  },
  DRILL_ABORTED: {
    title: 'the drill was stopped',
    meaning: 'A stop condition, a signal or halt ended the drill early; its faults are undone.',
    advice: [],
  },
  JOURNAL_UNREADABLE: {
    title: 'not a journal',
    meaning: 'The file is not a netdrill journal, or comes from a newer version.',
    advice: ['check the path', 'journals lie in the folder that netdrill drill run prints'],
  },
  INTERNAL: {
    title: 'internal error',
    meaning: 'This is a bug in netdrill, not in your network and not in what you typed.',
    advice: ['run again with --verbose and report what it prints'],
  },
  POLICY_UNKNOWN: {
    title: 'no such policy',
    meaning: 'The name is neither a preset nor a policy of the document, and no such file exists.',
    advice: ['netdrill policy list shows the presets'],
  },
})
