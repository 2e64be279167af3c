"""The forms in which `recon check` tells a verdict; none of them decides one."""
