using Anneal.Serving.BatchInference;

namespace Anneal.Tests.Serving.BatchInference;

public sealed class PredictionFilesTests
{
    // Parts that end before, at and after the size from which on the disk is asked to take them.
    [Test]
    public void FlushAhead_WhileMoreIsWritten_LeavesTheSameBytes()
    {
        using var folder = new TempFolder();
        byte[] part = [.. Enumerable.Range(0, 1 << 19).Select(i => (byte)(i % 251))];
        using var whole = new MemoryStream();
        using (var files = new PredictionFiles(folder["out.csv"], folder["rejects.csv"], "row", null))
        {
            foreach (int length in new[] { 5, part.Length, part.Length, 7, part.Length, part.Length - 1, 1, 9 })
            {
                files.Output.Write(part, 0, length);
                whole.Write(part, 0, length);
                files.FlushAhead();
            }

            files.Finish();
        }

        Assert.That(File.ReadAllBytes(folder["out.csv"]).AsSpan().SequenceEqual(whole.ToArray()));
    }
}
