using Anneal.Pipeline.Report;

namespace Anneal.Tests.Pipeline.Report;

internal sealed class TextTableTests
{
    [Test]
    public void Write_Rows_AlignsColumnsAndKeepsNoTrailingSpace()
    {
        var table = new TextTable("NAME", ">MS", "NOTE");
        table.Add("a", "10.5", "");
        table.Add("longer", "2", "in place");
        var text = new StringWriter { NewLine = "\n" };

        table.Write(text);

        Assert.That(text.ToString(), Is.EqualTo("NAME      MS  NOTE\na       10.5\nlonger     2  in place\n"));
    }
}
