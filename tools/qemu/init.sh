#!/bin/busybox sh
# First program of the machine. Makes the host's files visible, read-only under a layer in memory, then starts the job.
/bin/busybox mkdir -p /proc /sys /dev /host /job /layer /root
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
while read -r module; do /bin/busybox insmod "/modules/$module"; done < /modules/order

share=trans=virtio,version=9p2000.L,msize=512000
# The host's root does not change while the machine runs, so it may be cached; the job's share is read by the host meanwhile.
/bin/busybox mount -t 9p -o "$share,ro,cache=loose" hostroot /host
/bin/busybox mount -t 9p -o "$share,cache=none" job /job
/bin/busybox mount -t tmpfs -o size=75% tmpfs /layer
/bin/busybox mkdir /layer/upper /layer/work
/bin/busybox mount -t overlay -o lowerdir=/host,upperdir=/layer/upper,workdir=/layer/work overlay /root

/bin/busybox mkdir -p /root/lib/modules /root/proc /root/sys /root/dev /root/run /root/tmp
modules=$(/bin/busybox cat /job/modules)
/bin/busybox mount -o bind "/host$modules" /root/lib/modules
/bin/busybox mount -t tmpfs -o mode=755 tmpfs /root/run
for place in proc sys dev; do /bin/busybox mount -o move "/$place" "/root/$place"; done
/bin/busybox mkdir -p /root/dev/pts /root/dev/shm /root/run/netns /root/run/job
/bin/busybox mount -t devpts -o ptmxmode=666 devpts /root/dev/pts
/bin/busybox mount -t tmpfs tmpfs /root/dev/shm
/bin/busybox mount -o move /job /root/run/job
exec /bin/busybox switch_root /root /bin/sh /run/job/main.sh
