// Made by scripts/systemd-settings.mjs from `systemd --dump-configuration-items` of systemd 262. Do not edit.

const words = (text: string): readonly string[] => text.trim().split(' ');

/** What the sections Service, Socket, Mount and Swap share: how a process is run. */
const EXEC = words(
  'AllowedCPUs AllowedMemoryNodes AmbientCapabilities AppArmorProfile BPFDelegateAttachments BPFDelegateCommands ' +
    'BPFDelegateMaps BPFDelegatePrograms BPFProgram BindLogSockets BindNetworkInterface BindPaths BindReadOnlyPaths ' +
    'CPUAffinity CPUPressureThresholdSec CPUPressureWatch CPUQuota CPUQuotaPeriodSec CPUSchedulingPolicy ' +
    'CPUSchedulingPriority CPUSchedulingResetOnFork CPUSetPartition CPUWeight CacheDirectory CacheDirectoryAccounting ' +
    'CacheDirectoryMode CacheDirectoryQuota CapabilityBoundingSet ConfigurationDirectory ConfigurationDirectoryMode ' +
    'CoredumpFilter CoredumpReceive Delegate DelegateNamespaces DelegateSubgroup DeviceAllow DevicePolicy ' +
    'DisableControllers DynamicUser Environment EnvironmentFile ExecPaths ExecSearchPath ExtensionDirectories ' +
    'ExtensionImagePolicy ExtensionImages FinalKillSignal Group IOAccounting IODeviceLatencyTargetSec IODeviceWeight ' +
    'IOPressureThresholdSec IOPressureWatch IOReadBandwidthMax IOReadIOPSMax IOSchedulingClass IOSchedulingPriority ' +
    'IOWeight IOWriteBandwidthMax IOWriteIOPSMax IPAccounting IPAddressAllow IPAddressDeny IPCNamespacePath ' +
    'IPEgressFilterPath IPIngressFilterPath IgnoreSIGPIPE ImportCredential InaccessibleDirectories InaccessiblePaths ' +
    'KeyringMode KillMode KillSignal LimitAS LimitCORE LimitCPU LimitDATA LimitFSIZE LimitLOCKS LimitMEMLOCK ' +
    'LimitMSGQUEUE LimitNICE LimitNOFILE LimitNPROC LimitRSS LimitRTPRIO LimitRTTIME LimitSIGPENDING LimitSTACK ' +
    'LoadCredential LoadCredentialEncrypted LockPersonality LogExtraFields LogFilterPatterns LogLevelMax LogNamespace ' +
    'LogRateLimitBurst LogRateLimitIntervalSec LogsDirectory LogsDirectoryAccounting LogsDirectoryMode ' +
    'LogsDirectoryQuota ManagedOOMMemoryPressure ManagedOOMMemoryPressureDurationSec ManagedOOMMemoryPressureLimit ' +
    'ManagedOOMPreference ManagedOOMSwap MemoryAccounting MemoryDenyWriteExecute MemoryHigh MemoryKSM MemoryLow ' +
    'MemoryMax MemoryMin MemoryPressureThresholdSec MemoryPressureWatch MemorySwapMax MemoryTHP MemoryZSwapMax ' +
    'MemoryZSwapWriteback MountAPIVFS MountFlags MountImagePolicy MountImages NFTSet NUMAMask NUMAPolicy ' +
    'NetworkNamespacePath Nice NoExecPaths NoNewPrivileges OOMRules OOMScoreAdjust PAMName PassEnvironment ' +
    'Personality PrivateBPF PrivateDevices PrivateIPC PrivateMounts PrivateNetwork PrivatePIDs PrivateTmp ' +
    'PrivateUsers ProcSubset ProtectClock ProtectControlGroups ProtectHome ProtectHostname ProtectKernelLogs ' +
    'ProtectKernelModules ProtectKernelTunables ProtectProc ProtectSystem ReadOnlyDirectories ReadOnlyPaths ' +
    'ReadWriteDirectories ReadWritePaths RemoveIPC RestartKillSignal RestrictAddressFamilies RestrictFileSystems ' +
    'RestrictNamespaces RestrictNetworkInterfaces RestrictRealtime RestrictSUIDSGID RootDirectory RootEphemeral ' +
    'RootHash RootHashSignature RootImage RootImageOptions RootImagePolicy RootMStack RootVerity RuntimeDirectory ' +
    'RuntimeDirectoryMode RuntimeDirectoryPreserve SELinuxContext SecureBits SendSIGHUP SendSIGKILL SetCredential ' +
    'SetCredentialEncrypted SetLoginEnvironment Slice SmackProcessLabel SocketBindAllow SocketBindDeny StandardError ' +
    'StandardInput StandardInputData StandardInputText StandardOutput StartupAllowedCPUs StartupAllowedMemoryNodes ' +
    'StartupCPUWeight StartupIOWeight StartupMemoryHigh StartupMemoryLow StartupMemoryMax StartupMemorySwapMax ' +
    'StartupMemoryZSwapMax StateDirectory StateDirectoryAccounting StateDirectoryMode StateDirectoryQuota ' +
    'SupplementaryGroups SyslogFacility SyslogIdentifier SyslogLevel SyslogLevelPrefix SystemCallArchitectures ' +
    'SystemCallErrorNumber SystemCallFilter SystemCallLog TTYColumns TTYPath TTYReset TTYRows TTYVHangup ' +
    'TTYVTDisallocate TasksAccounting TasksMax TemporaryFileSystem TimeoutCleanSec TimeoutSec TimerSlackNSec UMask ' +
    'UnsetEnvironment User UserNamespacePath UtmpIdentifier UtmpMode WatchdogSignal WorkingDirectory ',
);

/** The settings of each section of a unit. */
export const KNOWN_SETTINGS: Readonly<Record<string, readonly string[]>> = {
  Unit: [...words(
    'After AllowIsolate AssertACPower AssertArchitecture AssertCPUFeature AssertCPUPressure AssertCPUs ' +
      'AssertCapability AssertControlGroupController AssertCredential AssertDirectoryNotEmpty AssertEnvironment ' +
      'AssertFileIsExecutable AssertFileNotEmpty AssertFirstBoot AssertFraction AssertGroup AssertHost AssertIOPressure ' +
      'AssertKernelCommandLine AssertKernelModuleLoaded AssertKernelVersion AssertMachineTag AssertMemory ' +
      'AssertMemoryPressure AssertNeedsUpdate AssertOSRelease AssertPathExists AssertPathExistsGlob ' +
      'AssertPathIsDirectory AssertPathIsEncrypted AssertPathIsMountPoint AssertPathIsReadWrite AssertPathIsSocket ' +
      'AssertPathIsSymbolicLink AssertSecurity AssertUser AssertVersion AssertVirtualization Before BindTo BindsTo ' +
      'CollectMode ConditionACPower ConditionArchitecture ConditionCPUFeature ConditionCPUPressure ConditionCPUs ' +
      'ConditionCapability ConditionControlGroupController ConditionCredential ConditionDirectoryNotEmpty ' +
      'ConditionEnvironment ConditionFileIsExecutable ConditionFileNotEmpty ConditionFirmware ConditionFirstBoot ' +
      'ConditionFraction ConditionGroup ConditionHost ConditionIOPressure ConditionKernelCommandLine ' +
      'ConditionKernelModuleLoaded ConditionKernelVersion ConditionMachineTag ConditionMemory ConditionMemoryPressure ' +
      'ConditionNeedsUpdate ConditionOSRelease ConditionPathExists ConditionPathExistsGlob ConditionPathIsDirectory ' +
      'ConditionPathIsEncrypted ConditionPathIsMountPoint ConditionPathIsReadWrite ConditionPathIsSocket ' +
      'ConditionPathIsSymbolicLink ConditionSecurity ConditionUser ConditionVersion ConditionVirtualization Conflicts ' +
      'DefaultDependencies Description Documentation FailureAction FailureActionExitStatus IgnoreOnIsolate ' +
      'JobRunningTimeoutSec JobTimeoutAction JobTimeoutRebootArgument JobTimeoutSec JoinsNamespaceOf OnFailure ' +
      'OnFailureIsolate OnFailureJobMode OnSuccess OnSuccessJobMode PartOf PropagateReloadFrom PropagateReloadTo ' +
      'PropagatesReloadTo PropagatesStopTo RebootArgument RefuseManualStart RefuseManualStop ReloadPropagatedFrom ' +
      'Requires RequiresMountsFor RequiresOverridable Requisite RequisiteOverridable SourcePath StartLimitAction ' +
      'StartLimitBurst StartLimitInterval StartLimitIntervalSec StopPropagatedFrom StopWhenUnneeded SuccessAction ' +
      'SuccessActionExitStatus SurviveFinalKillSignal Upholds Wants WantsMountsFor ',
  )],
  Service: [...EXEC, ...words(
    'BusName ExecCondition ExecReload ExecReloadPost ExecStart ExecStartPost ExecStartPre ExecStop ExecStopPost ' +
      'ExitType FailureAction FileDescriptorStoreMax FileDescriptorStorePreserve GuessMainPID LUOSession NonBlocking ' +
      'NotifyAccess OOMPolicy OpenFile PIDFile PermissionsStartOnly RebootArgument RefreshOnReload ReloadSignal ' +
      'RemainAfterExit Restart RestartForceExitStatus RestartMaxDelaySec RestartMode RestartPreventExitStatus ' +
      'RestartRandomizedDelaySec RestartSec RestartSteps RootDirectoryStartOnly RuntimeMaxSec RuntimeRandomizedExtraSec ' +
      'Sockets StartLimitAction StartLimitBurst StartLimitInterval SuccessExitStatus TimeoutAbortSec ' +
      'TimeoutStartFailureMode TimeoutStartSec TimeoutStopFailureMode TimeoutStopSec Type USBFunctionDescriptors ' +
      'USBFunctionStrings WatchdogSec ',
  )],
  Socket: [...EXEC, ...words(
    'Accept AcceptFileDescriptors Backlog BindIPv6Only BindToDevice Broadcast DeferAcceptSec DeferTrigger ' +
      'DeferTriggerMaxSec DirectoryMode ExecStartPost ExecStartPre ExecStopPost ExecStopPre FileDescriptorName ' +
      'FlushPending FreeBind IPTOS IPTTL KeepAlive KeepAliveIntervalSec KeepAliveProbes KeepAliveTimeSec ListenDatagram ' +
      'ListenFIFO ListenMessageQueue ListenNetlink ListenSequentialPacket ListenSpecial ListenStream ListenUSBFunction ' +
      'Mark MaxConnections MaxConnectionsPerSource MessageQueueMaxMessages MessageQueueMessageSize NoDelay ' +
      'PassCredentials PassFileDescriptorsToExec PassPIDFD PassPacketInfo PassSecurity PipeSize PollLimitBurst ' +
      'PollLimitIntervalSec Priority ReceiveBuffer RemoveOnStop ReusePort SELinuxContextFromNet SendBuffer Service ' +
      'SmackLabel SmackLabelIPIn SmackLabelIPOut SocketGroup SocketMode SocketProtocol SocketUser Symlinks ' +
      'TCPCongestion Timestamping Transparent TriggerLimitBurst TriggerLimitIntervalSec Writable XAttrAccept ' +
      'XAttrEntryPoint XAttrListen ',
  )],
  Mount: [...EXEC, ...words(
    'DirectoryMode ForceUnmount LazyUnmount Options ReadWriteOnly SloppyOptions Type What Where ',
  )],
  Automount: [...words(
    'DirectoryMode ExtraOptions TimeoutIdleSec Where ',
  )],
  Swap: [...EXEC, ...words(
    'Options Priority What ',
  )],
  Timer: [...words(
    'AccuracySec DeferReactivation FixedRandomDelay OnActiveSec OnBootSec OnCalendar OnClockChange OnStartupSec ' +
      'OnTimezoneChange OnUnitActiveSec OnUnitInactiveSec Persistent RandomizedDelaySec RandomizedOffsetSec ' +
      'RemainAfterElapse Unit WakeSystem ',
  )],
  Path: [...words(
    'DirectoryMode DirectoryNotEmpty MakeDirectory PathChanged PathExists PathExistsGlob PathModified ' +
      'TriggerLimitBurst TriggerLimitIntervalSec Unit ',
  )],
  Slice: [...words(
    'ActivatingConcurrencyMax AllowedCPUs AllowedMemoryNodes BPFProgram BindNetworkInterface CPUPressureThresholdSec ' +
      'CPUPressureWatch CPUQuota CPUQuotaPeriodSec CPUSetPartition CPUWeight ConcurrencyHardMax ConcurrencySoftMax ' +
      'CoredumpReceive Delegate DelegateSubgroup DeviceAllow DevicePolicy DisableControllers IOAccounting ' +
      'IODeviceLatencyTargetSec IODeviceWeight IOPressureThresholdSec IOPressureWatch IOReadBandwidthMax IOReadIOPSMax ' +
      'IOWeight IOWriteBandwidthMax IOWriteIOPSMax IPAccounting IPAddressAllow IPAddressDeny IPEgressFilterPath ' +
      'IPIngressFilterPath ManagedOOMMemoryPressure ManagedOOMMemoryPressureDurationSec ManagedOOMMemoryPressureLimit ' +
      'ManagedOOMPreference ManagedOOMSwap MemoryAccounting MemoryHigh MemoryLow MemoryMax MemoryMin ' +
      'MemoryPressureThresholdSec MemoryPressureWatch MemorySwapMax MemoryZSwapMax MemoryZSwapWriteback NFTSet OOMRules ' +
      'RestrictNetworkInterfaces Slice SocketBindAllow SocketBindDeny StartupAllowedCPUs StartupAllowedMemoryNodes ' +
      'StartupCPUWeight StartupIOWeight StartupMemoryHigh StartupMemoryLow StartupMemoryMax StartupMemorySwapMax ' +
      'StartupMemoryZSwapMax TasksAccounting TasksMax ',
  )],
  Scope: [...words(
    'AllowedCPUs AllowedMemoryNodes BPFProgram BindNetworkInterface CPUPressureThresholdSec CPUPressureWatch CPUQuota ' +
      'CPUQuotaPeriodSec CPUSetPartition CPUWeight CoredumpReceive Delegate DelegateSubgroup DeviceAllow DevicePolicy ' +
      'DisableControllers FinalKillSignal IOAccounting IODeviceLatencyTargetSec IODeviceWeight IOPressureThresholdSec ' +
      'IOPressureWatch IOReadBandwidthMax IOReadIOPSMax IOWeight IOWriteBandwidthMax IOWriteIOPSMax IPAccounting ' +
      'IPAddressAllow IPAddressDeny IPEgressFilterPath IPIngressFilterPath KillMode KillSignal ManagedOOMMemoryPressure ' +
      'ManagedOOMMemoryPressureDurationSec ManagedOOMMemoryPressureLimit ManagedOOMPreference ManagedOOMSwap ' +
      'MemoryAccounting MemoryHigh MemoryLow MemoryMax MemoryMin MemoryPressureThresholdSec MemoryPressureWatch ' +
      'MemorySwapMax MemoryZSwapMax MemoryZSwapWriteback NFTSet OOMPolicy OOMRules RestartKillSignal ' +
      'RestrictNetworkInterfaces RuntimeMaxSec RuntimeRandomizedExtraSec SendSIGHUP SendSIGKILL Slice SocketBindAllow ' +
      'SocketBindDeny StartupAllowedCPUs StartupAllowedMemoryNodes StartupCPUWeight StartupIOWeight StartupMemoryHigh ' +
      'StartupMemoryLow StartupMemoryMax StartupMemorySwapMax StartupMemoryZSwapMax TasksAccounting TasksMax ' +
      'TimeoutStopSec WatchdogSignal ',
  )],
  Install: [...words(
    'Alias Also DefaultInstance RequiredBy UpheldBy WantedBy ',
  )],
};
