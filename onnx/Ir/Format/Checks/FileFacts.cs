using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Anneal.Onnx.Ir.Format;

/// <summary>What an open file is, told by the system and not by its name.</summary>
/// <param name="Device">The file system that it is on.</param>
/// <param name="Index">Its number there: two names with the same number are one file.</param>
/// <param name="Links">How many names it has.</param>
internal readonly partial record struct FileFacts(ulong Device, ulong Index, ulong Links)
{
    /// <summary>The facts of an open file.</summary>
    /// <exception cref="IOException">The system does not tell them.</exception>
    public static FileFacts Of(SafeFileHandle file) =>
        OperatingSystem.IsWindows() ? NativeFiles.OnWindows(file)
        : OperatingSystem.IsMacOS() ? NativeFiles.OnMac(file)
        : NativeFiles.OnLinux(file);

    /// <summary>What is at a path, without opening it: to open a pipe would wait for whoever writes into it.</summary>
    /// <param name="path">The path.</param>
    /// <param name="follow">Whether a link is followed.</param>
    public static FileKind KindOf(string path, bool follow)
    {
        if (!OperatingSystem.IsWindows())
        {
            return NativeFiles.KindOf(path, follow);
        }

        var file = new FileInfo(path);
        return !follow && file.LinkTarget is not null ? FileKind.Link
            : file.Exists ? FileKind.File
            : Directory.Exists(path) ? FileKind.Folder : FileKind.Missing;
    }

    private static unsafe partial class NativeFiles
    {
        private const int CurrentFolder = -100;
        private const int NoFollow = 0x100;
        private const int EmptyPath = 0x1000;
        private const uint BasicStats = 0x7ff;
        private const int NoEntry = 2;
        private const int NoFolder = 20;

        public static FileFacts OnLinux(SafeFileHandle file)
        {
            LinuxStat stat;
            return Statx((int)file.DangerousGetHandle(), "", EmptyPath, BasicStats, &stat) == 0
                ? new FileFacts(((ulong)stat.DeviceMajor << 32) | stat.DeviceMinor, stat.Inode, stat.Links)
                : throw LastError();
        }

        public static FileFacts OnMac(SafeFileHandle file)
        {
            MacStat stat;
            int descriptor = (int)file.DangerousGetHandle();
            int result = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? FstatOnX64(descriptor, &stat) : Fstat(descriptor, &stat);
            return result == 0 ? new FileFacts((uint)stat.Device, stat.Inode, stat.Links) : throw LastError();
        }

        public static FileFacts OnWindows(SafeFileHandle file) => GetFileInformationByHandle(file, out WindowsInformation facts)
            ? new FileFacts(facts.Volume, ((ulong)facts.IndexHigh << 32) | facts.IndexLow, facts.Links)
            : throw LastError();

        public static FileKind KindOf(string path, bool follow)
        {
            int mode;
            uint links;
            if (OperatingSystem.IsMacOS())
            {
                MacStat stat;
                bool isX64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;
                int result = (follow, isX64) switch
                {
                    (true, true) => StatOnX64(path, &stat),
                    (true, false) => Stat(path, &stat),
                    (false, true) => LstatOnX64(path, &stat),
                    _ => Lstat(path, &stat),
                };
                mode = result == 0 ? stat.Mode : Missing();
                links = stat.Links;
            }
            else
            {
                LinuxStat stat;
                mode = Statx(CurrentFolder, path, follow ? 0 : NoFollow, BasicStats, &stat) == 0 ? stat.Mode : Missing();
                links = stat.Links;
            }

            return (mode & 0xf000) switch
            {
                0 => FileKind.Missing,
                0x8000 => links > 1 ? FileKind.SharedFile : FileKind.File,
                0x4000 => FileKind.Folder,
                0xa000 => FileKind.Link,
                _ => FileKind.Other,
            };
        }

        private static int Missing() => Marshal.GetLastPInvokeError() is NoEntry or NoFolder ? 0 : throw LastError();

        private static IOException LastError() => new(new Win32Exception(Marshal.GetLastPInvokeError()).Message);

        [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        private static partial int Statx(int folder, string path, int flags, uint mask, LinuxStat* stat);

        [LibraryImport("libc", EntryPoint = "fstat", SetLastError = true)]
        private static partial int Fstat(int file, MacStat* stat);

        [LibraryImport("libc", EntryPoint = "stat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        private static partial int Stat(string path, MacStat* stat);

        [LibraryImport("libc", EntryPoint = "lstat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        private static partial int Lstat(string path, MacStat* stat);

        // On x64 the plain names are those of an older layout.
        [LibraryImport("libc", EntryPoint = "fstat$INODE64", SetLastError = true)]
        private static partial int FstatOnX64(int file, MacStat* stat);

        [LibraryImport("libc", EntryPoint = "stat$INODE64", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        private static partial int StatOnX64(string path, MacStat* stat);

        [LibraryImport("libc", EntryPoint = "lstat$INODE64", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        private static partial int LstatOnX64(string path, MacStat* stat);

        [LibraryImport("kernel32", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        private static partial bool GetFileInformationByHandle(SafeFileHandle file, out WindowsInformation facts);

        // struct statx is the same on every architecture.
        [StructLayout(LayoutKind.Explicit, Size = 256)]
        private struct LinuxStat
        {
            [FieldOffset(16)]
            public uint Links;
            [FieldOffset(28)]
            public ushort Mode;
            [FieldOffset(32)]
            public ulong Inode;
            [FieldOffset(136)]
            public uint DeviceMajor;
            [FieldOffset(140)]
            public uint DeviceMinor;
        }

        [StructLayout(LayoutKind.Explicit, Size = 144)]
        private struct MacStat
        {
            [FieldOffset(0)]
            public int Device;
            [FieldOffset(4)]
            public ushort Mode;
            [FieldOffset(6)]
            public ushort Links;
            [FieldOffset(8)]
            public ulong Inode;
        }

        [StructLayout(LayoutKind.Explicit, Size = 52)]
        private struct WindowsInformation
        {
            [FieldOffset(28)]
            public uint Volume;
            [FieldOffset(40)]
            public uint Links;
            [FieldOffset(44)]
            public uint IndexHigh;
            [FieldOffset(48)]
            public uint IndexLow;
        }
    }
}
