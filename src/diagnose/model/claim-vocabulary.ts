/**
 * Words that explain failures without naming anything of a cluster. A sentence may use them freely; every other word of it
 * must come from the evidence that it cites. Words that calm, blame, command or advertise are left out on purpose.
 */
const words = `
a an the this that these those it its their them they which who whose what when where while why how there here
and or but nor so if then than because since as for of in on at by to from with without within into onto out over under after
before during until between through against across about above below per via due not no never neither none only also
too very more most less least much many few several some any all each every both either other another same own such
again already still yet now once twice first second last next new old just exactly even
is are was were be been being am has have had having do does did done will would can could cannot may might must should shall
isn aren wasn weren hasn haven hadn doesn don didn won wouldn couldn shouldn t s

exit exits code codes status signal crash crashes crashing start starts starting startup restart restarts restarting stop
stops run runs running ran begin began boot load loads loaded loading fail fails failing failed failure error errors fault panic
exception fatal abort aborted end ended ends terminate terminated termination kill kills killed exceed exceeds exceeded
over limit limits limited request requests requested quota capacity usage use uses used using memory cpu disk storage space
ephemeral heap resource resources node nodes pod pods container containers init sidecar deployment deployments replicaset
statefulset daemonset job cronjob workload workloads replica replicas rollout revision template spec field value values
namespace cluster image images tag tags digest registry repository pull pulls pulled pulling credential credentials
secret secrets configmap configmaps key keys serviceaccount account service services endpoint endpoints port ports host hosts
hostname name names named address addresses dns network connection connections connect connects connecting connected refuse
refused refuses reach reached unreachable resolve resolved resolves lookup timeout timed time times wait waits waiting waited
volume volumes mount mounts mounted mounting claim claims persistent attach attached path paths file files directory
directories folder permission permissions permitted deny denied denies forbidden unauthorized authentication authenticate
authorization access user users group role database databases table tables schema migration migrations server servers client
probe probes readiness liveness health check checks schedule scheduled scheduler scheduling unschedulable pending
taint taints toleration tolerations toleration tolerate tolerated tolerates affinity selector selectors label labels match
matches matching matched mismatch variable variables environment argument arguments option options flag flags
parameter parameters setting settings configuration configured configure configures config invalid valid wrong incorrect
missing misses absent exist exists existing nonexistent found find finds unknown undefined unset set sets define
defined defines expect expects expected require requires required need needs needed unsupported support supports
unrecognized recognized recognize misspelled typo misconfigured empty null none incompatible version versions format
parse parsed parsing parses read reads reading write writes writing written readable writable readonly create creates
created creating creation delete deleted deletion replace replaced update updated updates change changes changed apply applied
event events log logs line message messages reason reasons cause causes caused causing root symptom result results
application app program process processes command commands binary executable script entrypoint module modules package library
dependency dependencies dependent depends depend upstream downstream certificate certificates tls ssl handshake trusted
untrusted signed expired expire expires expiry authority proxy plugin driver controller webhook admission policy
policies reject rejects rejected rejection violate violates violation security context root nonroot privilege capability
capabilities system kernel runtime socket lock locked locks lease leader quorum election api backend frontend queue cache broker
topic session data integer number string boolean type types size amount available unavailable insufficient enough
low lower high higher large larger small smaller short shorter long longer maximum minimum max min full ready unready
respond responds response returns return returned returning serve serves served listen listens listening bind binds bound
open opens opened opening close closed closes reset receive receives received
get gets got give gives given take takes taken took keep keeps kept make makes made let lets put call calls called
try tries tried trying attempt attempts retry retries unable impossible allow allows allowed prevent prevents prevented
block blocks blocked stuck hang hangs loop back backoff off on up down instead rather therefore thus hence
immediately soon shortly later early earlier earliest late eventually repeatedly continuously always often
second seconds minute minutes hour hours day days ms sec min mib gib mi gi ki byte bytes percent
kubernetes kubelet kube docker containerd linux amd64 arm64 architecture
contain contains contained include includes included belong belongs refer refers referenced reference references
point points pointing pointed specify specifies specified provide provides provided pass passes passed
grow grows large big allocate allocated allocates allocation reserve reserved bytes budget
evict evicted eviction pressure preempt preempted drain drained shutdown graceful grace period
deploy deployed release released previous older newer current former latest since
itself themselves one two three four five six both another single
accept accepts accepted handle handled unhandled uncaught throw throws thrown raise raises raised print prints printed
complete completed completes finish finished incomplete partial corrupt corrupted malformed duplicate conflict conflicts
share shared shares sharing common different differ differs instead
point succeed succeeds success successful unsuccessful
work works worked worker workers
default defaults
literal parent child owner owned owners object objects kind
add adds added correct corrects corrected remove removes removed fix fixes fixed mend restore restores restored right roll rolls
launch launches launched install installed installs build builds built rebuild rebuilt repair carry carries hold holds stay stays
ask asks asked answer answers answered look looks raise raises raised lower widen enlarge increase increases increased
decrease decreased reduce reduces reduced free frees freed fit fits meet meets lack lacks lacked bring let need
pvc env password passwords login logins reachable tcp udp http https grpc dns pid uid gid sigterm sigkill sigsegv
nothing know knows known show shows shown see item items prefer prefers preferred example directive really soon forbid forbids
python node java jvm javascript typescript go golang perl php ruby rust shell
entry entries class classes row rows column columns promise chain hit hits descriptor descriptors channel channels
goroutine goroutines deadlock thread threads hook hooks register registers registered peer peers member members fencing bare
trailing comma brace bracket quote unexpected directive directives interpreter execute executed bit bits numeric partition
step steps stable slow slowly input output major minor recovery recover recovers topology spread constraint constraints
consumer provisioner local gpu gpus device devices exhausted exhausts rotate garbage collection target targets
targeted pointer dereference illegal division zero positive negative assertion assert asserts stack trace growth leak leaks
leaking mode strict store stores initialised initialized initialize character character syntax semicolon indentation
login privileged unprivileged owner ownership numeric major interface local remote internal external
involve involves involved lose loses losing lost persist persists remain remains remaining
edit edited rename renamed move moved view inspect compare verify make sure look again anew hand
inode inodes ulimit signal chmod mkdir sync async pool pools exhausted backpressure throttle throttled throttling
`;

// Names of fields of the Kubernetes API: they name no object and no fact.
const fields = `
backoffLimit activeDeadlineSeconds imagePullPolicy imagePullSecrets readinessProbe livenessProbe startupProbe timeoutSeconds
initialDelaySeconds periodSeconds failureThreshold terminationGracePeriodSeconds containerPort targetPort securityContext
runAsUser runAsNonRoot fsGroup readOnlyRootFilesystem restartPolicy nodeSelector persistentVolumeClaim PersistentVolumeClaim
PersistentVolume StorageClass ResourceQuota LimitRange PriorityClass NetworkPolicy ServiceAccount ConfigMap StatefulSet
DaemonSet ReplicaSet CronJob envFrom valueFrom configMapKeyRef secretKeyRef subPath mountPath emptyDir sizeLimit claimName
storageClassName priorityClassName serviceAccountName postStart preStop httpGet maxSurge maxUnavailable progressDeadlineSeconds
`;

const hyphenated = `
out-of-memory read-only read-write back-off non-root non-zero nonzero start-up time-out image-pull crash-loop on-disk in-memory
self-signed pre-stop post-start init-container well-formed case-sensitive non-existent not-ready up-to-date node-level
in-use per-container cluster-wide same-name cgroup-level
`;

const suffixes = ['ations', 'ation', 'ings', 'ing', 'ies', 'ied', 'ers', 'er', 'ed', 'es', 'ly', 's', 'd', 'e', 'y'];

/** A word without its ending, so that "connects", "connected" and "connecting" are one. */
export function stem(word: string): string {
  const lower = word.toLowerCase();
  const suffix = suffixes.find((one) => lower.endsWith(one) && lower.length - one.length >= 3);
  return suffix === undefined ? lower : lower.slice(0, -suffix.length);
}

const known = new Set(
  words
    .split(/\s+/u)
    .filter((word) => word !== '')
    .map(stem),
);
const exact = new Set(`${hyphenated} ${fields}`.split(/\s+/u).filter((word) => word !== ''));

/** Whether a word says nothing about a particular cluster. */
export function isCommonWord(word: string): boolean {
  return known.has(stem(word)) || exact.has(word) || exact.has(word.toLowerCase());
}
