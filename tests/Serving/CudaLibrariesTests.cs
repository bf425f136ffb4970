using Anneal.Onnx;
using Anneal.Serving;

namespace Anneal.Tests.Serving;

[Platform("Linux")]
internal sealed class CudaLibrariesTests
{
    // A library that loads, whatever its name here.
    private static readonly string s_real = Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "libSystem.Native.so");

    [Test]
    public void Load_LibrariesOfTwoFolders_LoadsThemByTheirPaths()
    {
        using var first = new TempFolder();
        using var second = new TempFolder();
        File.Copy(s_real, first["libcudart.so.13"]);
        File.Copy(s_real, second["libcudnn.so.9"]);
        second.Write("readme.txt", "no library");

        IReadOnlyList<string> loaded = CudaLibraries.Load($"{first["."]}:{second["."]}", ["libcudart.so.13", "libcudnn.so.9", "libc.so.6"]);

        Assert.That(loaded.Select(Path.GetFileName), Is.EqualTo(new[] { "libcudart.so.13", "libcudnn.so.9" }), "libc.so.6 is left to the loader");
    }

    [Test]
    public void Load_LibraryThatIsNowhere_IsNamedWithTheFolders()
    {
        using var folder = new TempFolder();
        File.Copy(s_real, folder["libcudart.so.13"]);

        AnnealException error = Assert.Throws<AnnealException>(() => CudaLibraries.Load(folder["."], ["libcudart.so.13", "libcudnn.so.9"]))!;

        Assert.That(error.Code, Is.EqualTo(ExitCode.Data));
        Assert.That(error.Message, Does.StartWith("library 'libcudnn.so.9' is neither in a folder of ANNEAL_CUDA_LIBS (").And.Contain("nor where the loader looks. hint: add the folder of cuDNN 9 for CUDA 13's libraries"));
    }

    [Test]
    public void Load_LibraryThatDoesNotLoad_IsNamedWithTheLoadersReason()
    {
        using var folder = new TempFolder();
        folder.Write("libcublas.so.13", "made up");

        Assert.That(
            () => CudaLibraries.Load(folder["."], ["libcublas.so.13"]),
            Throws.TypeOf<AnnealException>().With.Message.Matches("library '.*libcublas.so.13', of ANNEAL_CUDA_LIBS, does not load: .*(file too short|invalid ELF header)"));
        Assert.That(CudaLibraries.Load(folder["."], ["libc.so.6"]), Is.Empty, "one that nobody asks for is no matter");
    }

    [Test]
    public void Load_FolderThatIsNotThere_IsNamed() => Assert.That(
        () => CudaLibraries.Load("/nowhere/cuda", []),
        Throws.TypeOf<AnnealException>().With.Message.StartsWith("ANNEAL_CUDA_LIBS names the folder '/nowhere/cuda', which is not there"));
}
