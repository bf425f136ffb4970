using System.Text;
using Anneal.Onnx.Tensors;
using Anneal.Serving.BatchInference;

namespace Anneal.Tests.Serving.BatchInference;

public sealed class TextIndexTests
{
    private static readonly int[] s_lengths = [0, 1, 2, 7, 8, 15, 16, 31, 32, 33, 34, 63, 64, 65, 300];

    [Test]
    public void Find_TextsOfEveryLength_AreTheListsAndNoOthers()
    {
        // Of each length some that differ in their first, a middle or their last character only.
        string[] keys = [.. s_lengths.SelectMany(Variants).Distinct()];
        var index = new TextIndex(keys);

        for (int i = 0; i < keys.Length; i++)
        {
            Assert.That(Find(index, keys[i]), Is.EqualTo(i), keys[i]);
        }

        string[] others = [.. s_lengths.SelectMany(n => Variants(n, 'y')).Concat(keys.Select(k => k + "\0")).Concat(keys.Where(k => k.Length > 0).Select(k => k[..^1])).Except(keys)];
        Assert.That(others, Has.Length.GreaterThan(50));
        Assert.That(others.Select(o => Find(index, o)), Is.All.EqualTo(-1));
    }

    [Test]
    public void Find_TextAtTheEndOfItsMemory_IsFound([Range(0, 40)] int length)
    {
        byte[] text = Encoding.UTF8.GetBytes("..." + new string('x', length));
        var index = new TextIndex([new string('x', length + 1), new string('x', length)]);

        Assert.That(index.Find(text, new TextSpan(3, length)), Is.EqualTo(1));
    }

    [Test]
    public void Find_EqualKeys_FirstCounts() => Assert.That(Find(new TextIndex(["a", "Zürich", "a", "Zürich"]), "Zürich"), Is.EqualTo(1));

    [Test]
    public void Find_EmptyList_HasNothing() => Assert.That(Find(new TextIndex([]), ""), Is.EqualTo(-1));

    [Test]
    public void Find_ManyKeys_EachIsFound()
    {
        string[] keys = [.. Enumerable.Range(0, 20_000).Select(i => $"{i}, which is the number of this key and makes it {i}")];
        var index = new TextIndex(keys);
        Assert.That(keys.Select(k => Find(index, k)), Is.EqualTo(Enumerable.Range(0, keys.Length)));
    }

    // With other text before and behind it, which is not part of it.
    private static int Find(TextIndex index, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return index.Find([7, .. bytes, .. Enumerable.Repeat((byte)'z', 40)], new TextSpan(1, bytes.Length));
    }

    private static IEnumerable<string> Variants(int length) => Variants(length, 'b');

    private static IEnumerable<string> Variants(int length, char other)
    {
        string text = new('a', length);
        yield return text;
        foreach (int at in length == 0 ? [] : new[] { 0, length / 2, length - 1 })
        {
            yield return string.Concat(text.AsSpan(0, at), [other], text.AsSpan(at + 1));
        }
    }
}
