using System.Runtime.InteropServices;

namespace Anneal.Tests.Onnx.Ir.Format.Attacks;

/// <summary>Hears whoever opens or reads a file, by whatever name, through the kernel's own notices.</summary>
internal sealed partial class Canary : IDisposable
{
    private const int NonBlocking = 0x800;
    private const uint Accessed = 0x1;
    private const uint Opened = 0x20;
    private readonly int _queue;

    public Canary(params string[] files)
    {
        _queue = Init(NonBlocking);
        Assert.That(_queue, Is.Not.Negative);
        foreach (string file in files)
        {
            Assert.That(Watch(_queue, file, Accessed | Opened), Is.Positive, file);
        }
    }

    /// <summary>Whether a file was opened or read since this was asked last.</summary>
    public bool Sang()
    {
        byte[] events = new byte[4096];
        return Read(_queue, events, (nuint)events.Length) > 0;
    }

    public void Dispose() => _ = Close(_queue);

    [LibraryImport("libc", EntryPoint = "inotify_init1")]
    private static partial int Init(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Watch(int queue, string path, uint mask);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int file, byte[] buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
