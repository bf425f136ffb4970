using Anneal.Onnx;

namespace Anneal.Tests.Onnx;

public sealed class AtomicFileTests
{
    [Test]
    public void Write_Twice_ReplacesTheContentAndLeavesNothingBeside()
    {
        using var folder = new Folder();
        AtomicFile.Write(folder["a"], s => s.Write("longer"u8));
        AtomicFile.Write(folder["a"], s => s.Write("new"u8));

        Assert.That(File.ReadAllText(folder["a"]), Is.EqualTo("new"));
        Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(1));
    }

    [Test]
    public void Write_Failing_KeepsTheOldFileAndLeavesNothingBeside()
    {
        using var folder = new Folder();
        File.WriteAllText(folder["a"], "old");

        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(folder["a"], s =>
        {
            s.Write("half"u8);
            throw new InvalidOperationException();
        }));

        Assert.That(File.ReadAllText(folder["a"]), Is.EqualTo("old"));
        Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(1));
    }
}
