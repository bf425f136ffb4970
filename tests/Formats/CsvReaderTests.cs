using System.Text;
using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Kernels;

namespace Anneal.Tests.Formats;

public sealed class CsvReaderTests
{
    private static readonly CsvFormat s_plain = new() { Header = false };

    private static string Rows(string path, CsvFormat format)
    {
        using var reader = new CsvReader(path, format);
        var text = new StringBuilder();
        while (reader.Read())
        {
            text.Append(reader.Line).Append(':').AppendJoin('|', Enumerable.Range(0, reader.FieldCount).Select(reader.Text)).Append(';');
        }

        return text.ToString();
    }

    [TestCase("a,b\nc,d\n", "1:a|b;2:c|d;")]
    [TestCase("a,b\r\nc,d", "1:a|b;2:c|d;")]
    [TestCase("a,b\r\nc,d\r", "1:a|b;2:c|d;")]
    [TestCase("\uFEFFa,b\n,\n", "1:a|b;2:|;")]
    [TestCase("a,\nb,", "1:a|;2:b|;")]
    [TestCase("a b , c\n", "1:a b | c;")]
    [TestCase("\"a,b\",\"c\"\"d\"\n\"x\ny\",z\nlast,\"\"", "1:a,b|c\"d;2:x\ny|z;4:last|;")]
    [TestCase("\"a\"\r\n\"\"\r\n", "1:a;2:;")]
    [TestCase("a\"b,c\n", "1:a\"b|c;")]
    [TestCase("a,b\n\n", "1:a|b;")]
    [TestCase("a,b\n\r\n\n", "1:a|b;")]
    [TestCase("", "")]
    public void Read_Text_SplitsAsRfc4180(string text, string expected)
    {
        using var folder = new TempFolder();
        Assert.That(Rows(folder.Write("a.csv", text), s_plain), Is.EqualTo(expected));
        Assert.That(Rows(folder.WriteGzip("a.csv.gz", Encoding.UTF8.GetBytes(text)), s_plain), Is.EqualTo(expected));
    }

    [Test]
    public void Read_Trim_DropsSpacesAroundFieldsButNotInQuotes()
    {
        using var folder = new TempFolder();
        string path = folder.Write("a.csv", " a ,\tb c, \" d \" \n  \n");
        Assert.That(Rows(path, s_plain with { Trim = true }), Is.EqualTo("1:a|b c| d ;"));
        string tabs = folder.Write("b.tsv", " a\t\t b\n");
        Assert.That(Rows(tabs, s_plain with { Trim = true, Delimiter = '\t' }), Is.EqualTo("1:a||b;"));
    }

    [Test]
    public void Read_SkipBlankLines_KeepsLineNumbers()
    {
        using var folder = new TempFolder();
        Assert.That(Rows(folder.Write("a.csv", "\na,b\n\n\nc,d\n"), s_plain with { SkipBlankLines = true }), Is.EqualTo("2:a|b;5:c|d;"));
    }

    [TestCase("a,b\nc\n", "2: 1 fields, expected 2")]
    [TestCase("a,b\nc,d,e\n", "2: 3 fields, expected 2")]
    [TestCase("a,b\n\nc,d\n", "2: blank line. hint: set skip_blank_lines if it means nothing; write a missing value of a single column as \"\"")]
    [TestCase("a,b\nc,\"d\n\n", "2: a quote opened here is not closed")]
    [TestCase("a,b\n\"c\"d,e\n", "2: text follows a closing quote")]
    [TestCase("\"x\ny\",b\nc\n", "3: 1 fields, expected 2")]
    public void Read_WrongRow_NamesFileAndLine(string text, string message)
    {
        using var folder = new TempFolder();
        string path = folder.Write("a.csv", text);
        var error = Assert.Throws<AnnealException>(() => Rows(path, s_plain));
        Assert.That(error!.Message, Is.EqualTo($"{path}:{message}"));
        Assert.That(error.Code, Is.EqualTo(ExitCode.Data));
    }

    [Test]
    public void Read_Header_GivesNamesOrSaysWhyNot()
    {
        using var folder = new TempFolder();
        var format = new CsvFormat { Trim = true };
        using (var reader = new CsvReader(folder.Write("a.csv", "x, y\n1,2\n"), format))
        {
            Assert.That(reader.Header, Is.EqualTo(new[] { "x", "y" }));
            Assert.That(reader.Read());
            Assert.That(reader.Line, Is.EqualTo(2));
            Assert.That(reader.Error(1, "odd").Message, Is.EqualTo($"{folder["a.csv"]}:2: column 2 'y': odd"));
        }

        string twice = folder.Write("b.csv", "x,x\n");
        Assert.That(() => new CsvReader(twice, format), Throws.TypeOf<AnnealException>().With.Message.StartsWith($"{twice}:1: column 2: the header names 'x' twice"));
        string empty = folder.Write("c.csv", "");
        Assert.That(() => new CsvReader(empty, format), Throws.TypeOf<AnnealException>().With.Message.EqualTo($"{empty}: empty, expected a header line"));
        string wide = folder.Write("d.csv", [0xFF, 0xFE, 65, 0]);
        Assert.That(() => new CsvReader(wide, format), Throws.TypeOf<AnnealException>().With.Message.EqualTo($"{wide}: UTF-16 text, expected UTF-8"));
        Assert.That(() => new CsvReader(empty, new CsvFormat { Delimiter = '"' }), Throws.TypeOf<AnnealException>());
    }

    [Test]
    public void Text_NotUtf8_NamesTheField()
    {
        using var folder = new TempFolder();
        string path = folder.Write("a.csv", [(byte)'a', (byte)',', 0xFF, (byte)'\n']);
        Assert.That(() => Rows(path, s_plain), Throws.TypeOf<AnnealException>().With.Message.EqualTo($"{path}:1: column 2: the text is not UTF-8"));
    }

    [Test]
    public void Read_RecordsAcrossBufferEdges_AreWhole()
    {
        using var folder = new TempFolder();
        var text = new StringBuilder();
        var expected = new StringBuilder();
        long line = 1;
        for (int i = 0; i < 4000; i++)
        {
            string filler = new((char)('a' + (i % 26)), i % 97);
            text.Append(filler).Append(",\"q\"\"").Append(filler).Append("\r\n\",").Append(i).Append("\r\n");
            expected.Append(line).Append(':').Append(filler).Append("|q\"").Append(filler).Append("\r\n|").Append(i).Append(';');
            line += 2;
        }

        text.Append('"').Append('x', 400_000).Append("\",,");
        expected.Append(line).Append(':').Append('x', 400_000).Append("||;");
        Assert.That(Rows(folder.Write("a.csv", text.ToString()), s_plain), Is.EqualTo(expected.ToString()));
    }

    [Test]
    public void Read_WhatWasQuoted_IsWhatWasWritten([Range(0, 60)] int seed)
    {
        using var folder = new TempFolder();
        const string Alphabet = "a\",\n\r é;";
        ulong key = CounterRandom.Key((ulong)seed, "csv");
        ulong counter = 0;
        int Draw(int bound) => (int)(CounterRandom.UInt32(key, counter++) % (uint)bound);
        string Field() => string.Concat(Enumerable.Range(0, Draw(5)).Select(_ => Alphabet[Draw(Alphabet.Length)]));
        string[][] rows = [.. Enumerable.Range(0, 1 + Draw(5)).Select(_ => Enumerable.Range(0, 1 + (seed % 4)).Select(_ => Field()).ToArray())];
        string text = string.Join(seed % 3 == 0 ? "\n" : "\r\n", rows.Select(r => string.Join(',', r.Select(f => $"\"{f.Replace("\"", "\"\"", StringComparison.Ordinal)}\""))));
        using var reader = new CsvReader(folder.Write("a.csv", text), s_plain);
        foreach (string[] row in rows)
        {
            Assert.That(reader.Read());
            Assert.That(Enumerable.Range(0, reader.FieldCount).Select(reader.Text), Is.EqualTo(row));
        }

        Assert.That(reader.Read(), Is.False);
    }

    [Test]
    public void Read_FieldsOfEveryLength_EndAtTheirDelimiters([Values] bool trim)
    {
        using var folder = new TempFolder();
        ulong key = CounterRandom.Key(1, "fields");
        ulong counter = 0;
        int Draw(int bound) => (int)(CounterRandom.UInt32(key, counter++) % (uint)bound);
        string[][] rows = [.. Enumerable.Range(0, 400).Select(_ => Enumerable.Range(0, 40)
            .Select(_ => string.Concat(Enumerable.Range(0, Draw(Draw(8) == 0 ? 100 : 5)).Select(_ => "a\t \"é"[Draw(5)])).TrimStart('"', ' ', '\t')).ToArray())];
        string text = string.Concat(rows.Select(r => $"{string.Join(trim ? " ,\t" : ",", r)}\r\n"));

        using var reader = new CsvReader(folder.Write("a.csv", text), s_plain with { Trim = trim });

        foreach (string[] row in rows)
        {
            Assert.That(reader.Read());
            Assert.That(Enumerable.Range(0, reader.FieldCount).Select(reader.Text), Is.EqualTo(row.Select(f => trim ? f.Trim(' ', '\t') : f)));
        }

        Assert.That(reader.Read(), Is.False);
    }

    [Test]
    public void Read_ManyRows_AllocatesNothing()
    {
        using var folder = new TempFolder();
        string path = folder.Write("a.csv", string.Concat(Enumerable.Repeat("12.5,abc,\"x\"\"y\",-3\n", 20_000)));
        using var reader = new CsvReader(path, s_plain);
        reader.Read();
        long before = GC.GetAllocatedBytesForCurrentThread();
        long bytes = 0;
        while (reader.Read())
        {
            bytes += reader[1].Length + reader[2].Length;
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(bytes, Is.EqualTo(19_999 * 6));
    }
}
