using Microsoft.Win32.SafeHandles;

namespace Anneal.Onnx.Ir.Format;

/// <summary>Reads a small enough regular file whole.</summary>
internal static class CheckedFile
{
    /// <summary>The bytes of a file.</summary>
    /// <param name="path">The file; a link that the user names is followed.</param>
    /// <param name="limits">How large it may be.</param>
    /// <exception cref="AnnealException">It cannot be read, is a pipe, a device or a folder, or is too large.</exception>
    public static byte[] Read(string path, ModelLimits limits)
    {
        try
        {
            if (FileFacts.KindOf(path, follow: true) is FileKind.Other or FileKind.Folder)
            {
                throw AnnealException.BadData("not a regular file");
            }

            using SafeFileHandle file = File.OpenHandle(path);
            long size = RandomAccess.GetLength(file);
            if (size > limits.FileBytes)
            {
                throw ModelLimits.Beyond(FormattableString.Invariant($"a file of {size} bytes, expected at most {limits.FileBytes}"));
            }

            byte[] bytes = GC.AllocateUninitializedArray<byte>((int)size);
            for (int at = 0; at < bytes.Length;)
            {
                int read = RandomAccess.Read(file, bytes.AsSpan(at), at);
                at += read > 0 ? read : throw AnnealException.BadData("the file became shorter while it was read");
            }

            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AnnealException(ExitCode.Data, $"the file cannot be read: {e.Message}", inner: e);
        }
    }
}
